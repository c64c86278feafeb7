/** The few pages that people see after a click in a mail: no scripts, nothing loaded, nothing personal. */

export interface Page {
  readonly status: number;
  readonly html: string;
}

export interface AnswerForm {
  readonly title: string;
  readonly button: string;
  /** Said once it is recorded. */
  readonly done: string;
  /** One has to be chosen; empty: none is asked for. */
  readonly reasons: readonly string[];
  readonly takesNotes: boolean;
}

/** Of every page: nobody keeps it, frames it, or learns its address from a link. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex, nofollow',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
};

/** What is touched is as large as a finger. */
const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:32em;margin:3em auto;padding:0 1em;overflow-wrap:anywhere}h1{font-size:1.5em}' +
  'button,select,textarea{font:inherit;box-sizing:border-box;width:100%;min-height:2.75em;padding:.5em .7em;border:1px solid #6e7781;border-radius:4px}' +
  'select,textarea{background:#fff;color:inherit;margin-top:.3em}button{background:#1f4e79;border-color:#1f4e79;color:#fff;cursor:pointer}' +
  'label{display:block;margin:1em 0}strong{color:#a40e26}.lead{color:#57606a}';
const MAX_NOTES = 4_000;

export function messagePage(status: number, title: string, text: string): Page {
  return { status, html: page(title, `<p>${text}</p>`) };
}

/** `fault`: what was wrong with what was sent. */
export function formPage(form: AnswerForm, { leadId, fault }: { readonly leadId: string; readonly fault: string | null }): Page {
  const options = form.reasons.map((reason) => `<option value="${reason}">${reason.replaceAll('-', ' ')}</option>`);
  const reasons =
    options.length === 0
      ? ''
      : `<label>Why? <select name="reason" required><option value="">choose</option>${options.join('')}</select></label>`;
  const notes = form.takesNotes
    ? `<label>Notes for whoever has the lead next<br><textarea name="notes" rows="6" maxlength="${MAX_NOTES}"></textarea></label>`
    : '';
  const said = fault === null ? '' : `<p><strong>${fault}</strong></p>`;
  const body = `<p class="lead">Lead ${leadId}</p>${said}<form method="post">${reasons}${notes}<button>${form.button}</button></form>`;
  return { status: fault === null ? 200 : 422, html: page(form.title, body) };
}

/** All texts are our own, but the lead's id, which is hexadecimal. */
function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`;
}
