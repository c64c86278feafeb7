/** Texts of mails with gaps, `Dear {{firstName|customer}}`: checked when the rule set is compiled, filled when a mail is written. */
import { didYouMean } from './did-you-mean.ts';
import { type Place, type RuleSetDocument, report, textOf } from './document.ts';

/** What a gap may ask for. */
export const TEMPLATE_FIELDS = [
  ...(['firstName', 'lastName', 'company', 'country', 'campaign', 'initiative', 'topics', 'products'] as const),
  ...(['agent', 'agentId', 'destination', 'grade', 'score', 'leadId'] as const),
] as const;

export type TemplateField = (typeof TEMPLATE_FIELDS)[number];

export interface TemplateGap {
  readonly field: TemplateField;
  /** Stands there when nothing is known; empty if none is given. */
  readonly fallback: string;
}

/** Texts and gaps in their order. */
export type MailTemplate = readonly (string | TemplateGap)[];

export type TemplateValues = Readonly<Partial<Record<TemplateField, string | null>>>;

/** Most characters of a template. */
const MAX_TEMPLATE = 20_000;
const GAP = /\{\{([^{}]*)\}\}/g;

/** null after reporting what is wrong with it. `fields` narrows what its gaps may ask for. */
export function templateOf(
  document: RuleSetDocument,
  place: Place | null,
  fields: readonly TemplateField[] = TEMPLATE_FIELDS,
): MailTemplate | null {
  const text = textOf(document, place);
  if (text === null || place === null) return null;
  if (text.length > MAX_TEMPLATE) {
    report(document, place, { message: `${text.length} characters: a text of a mail has at most ${MAX_TEMPLATE}` });
    return null;
  }
  const parts: (string | TemplateGap)[] = [];
  let end = 0;
  let isFine = true;
  for (const match of text.matchAll(GAP)) {
    const [name = '', ...rest] = (match[1] ?? '').split('|');
    const field = fields.find((known) => known === name.trim());
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (field !== undefined) parts.push({ field, fallback: rest.join('|') });
    else {
      isFine = false;
      report(document, place, {
        message: `nothing fills {{${name.trim()}}}; known are ${fields.join(', ')}${didYouMean(name.trim(), fields)}`,
        known: fields,
      });
    }
  }
  const tail = text.slice(end);
  if (/\{\{|\}\}/.test(parts.filter((part) => typeof part === 'string').join('') + tail)) {
    report(document, place, { message: 'a gap is not closed: write {{name}} or {{name|what stands there when nothing is known}}' });
    return null;
  }
  return isFine ? [...parts, tail].filter((part) => part !== '') : null;
}

/** Values are put in as they are: whoever makes HTML of the result escapes all of it. */
export function renderTemplate(template: MailTemplate, values: TemplateValues): string {
  return template.map((part) => (typeof part === 'string' ? part : values[part.field] || part.fallback)).join('');
}
