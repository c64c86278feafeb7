/**
 * A decision as one page that stands on its own: to be mailed, printed or kept. No script, nothing loaded from elsewhere, and only what the
 * record of the decision holds, which is nothing personal.
 */
import type { Candidate, TraceStep } from '@lead-router/domain/decide-trace.ts';
import type { Explanation } from '@lead-router/domain/explain-decision.ts';
import { effectWords, ignoredWords, inputWords, lotWinnerOf, signed } from '@lead-router/domain/explain-words.ts';
import { readInstant } from '@lead-router/domain/instant.ts';
import type { WhyNot } from '@lead-router/domain/why-not.ts';
import { passedOverWords } from '@lead-router/domain/why-not-candidate.ts';
import { escapeHtml } from '@lead-router/service-kit/escape-html.ts';
import type { StoredDecision } from '@lead-router/store/lead-store.ts';
import { codeWords } from './decision-words.ts';
import { instant } from './text-table.ts';

export interface ExplainedDecision {
  readonly decision: StoredDecision;
  readonly explanation: Explanation;
  /** null: nobody was asked about. */
  readonly whyNot: WhyNot | null;
}

type PoolStep = Extract<TraceStep, { readonly kind: 'POOL' }>;

const STYLE = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#1b1f24;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem;border-bottom:1px solid #d0d7de}h3{font-size:1rem;margin:1.2rem 0 .3rem}
.meta,.words{color:#57606a}.answer{background:#eef6ee;border-left:4px solid #2da44e;padding:.6rem 1rem;margin:1rem 0}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .8rem .3rem .4rem;vertical-align:top;border-bottom:1px solid #eaeef2}
td.n,th.n{text-align:right;padding:.3rem .4rem}th,td.n,.k,time{white-space:nowrap}.w{min-width:13rem}tr.yes{background:#eef6ee;font-weight:600}
code{font-size:.9em}summary{cursor:pointer;font-weight:600;margin-top:2rem}
@media(max-width:46rem){table,tbody,tr,td{display:block}tr.h{display:none}tr{padding:.4rem 0;border-bottom:1px solid #d0d7de}td,td.n{border:0;padding:0 .4rem;text-align:left;white-space:normal}
td:empty{display:none}td[data-h]::before{content:attr(data-h) " ";color:#57606a;font-weight:400}td.n{display:inline-block}}`;

export function explainPage({ decision, explanation, whyNot }: ExplainedDecision): string {
  const { leadId, revision, ruleSetVersion, batchId, inputIndex, decidedAt } = decision;
  const title = `Lead ${leadId}, revision ${revision}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>Why this owner?</h1>
<p class="meta">Lead <code>${escapeHtml(leadId)}</code>, revision ${revision}, decided ${escapeHtml(instant(decidedAt))} under rule set version ${ruleSetVersion}
(batch <code>${escapeHtml(batchId)}</code>, input ${inputIndex}). Decided again from the record for this page.</p>
${answerSection(explanation)}
${whyNot === null ? '' : section(`Why not ${whyNot.target}?`, list(whyNot.reasons))}
${explanation.rules.length === 0 ? '' : section('Rules looked at', rulesTable(explanation))}
${section('Step by step', explanation.steps.map((step, index) => stepPart(step, stepWords(explanation, index))).join('\n') || '<p>Nobody had to be chosen.</p>')}
<details><summary>The same in words, line by line</summary><ol>${explanation.lines.map((line) => `<li>${told(line)}</li>`).join('')}</ol></details>
</body></html>`;
}

function answerSection({ input, effects, ignored }: Explanation): string {
  const lines = [inputWords(input), ...effects.map((effect) => effectWords(effect)), ...(ignored === null ? [] : [ignoredWords(ignored)])];
  return `<div class="answer">${lines.map((line) => `<div>${told(line)}</div>`).join('')}</div>`;
}

function rulesTable({ rules }: Explanation): string {
  const rows = rules.map(
    ({ ruleId, matched, reason }) =>
      `<tr${matched ? ' class="yes"' : ''}><td><code>${escapeHtml(ruleId)}</code></td><td class="k">${matched ? 'matches' : 'does not match'}</td><td class="w">${told(reason)}</td></tr>`,
  );
  return `<table><tr class="h"><th>rule</th><th></th><th>because</th></tr>${rows.join('')}</table>`;
}

function stepPart(step: TraceStep, words: readonly string[]): string {
  if (step.kind !== 'POOL') return words.map((line) => `<p>${told(line)}</p>`).join('');
  const [summary = ''] = words;
  const ledger = words.find((line) => line.trim().startsWith('Ledger before'));
  return `<h3>Pool ${escapeHtml(step.poolId)}</h3><p>${told(summary)}</p>${candidatesTable(step)}${ledger === undefined ? '' : `<p class="words">${told(ledger)}</p>`}`;
}

/** Columns of numbers; on a narrow screen each stands beside its number. */
const NUMBERS = ['weight', 'owed before', 'owed after', 'open', 'today'] as const;

function candidatesTable(step: PoolStep): string {
  if (step.candidates.length === 0) return '';
  const chosen = step.candidates.find(({ verdict }) => verdict === 'CHOSEN') ?? null;
  const isScored = step.candidates.some(({ scores }) => scores.length > 0);
  const row = (candidate: Candidate): string => {
    const { agentId, verdict, weight, credit, creditAfter, open, daily, scores } = candidate;
    const points = scores.map(({ by, score }) => `${by} ${Math.round(score * 100) / 100}`).join(', ');
    const cells = [
      `<td>${escapeHtml(agentId)}</td>`,
      `<td class="k">${escapeHtml(lotWinnerOf(step, candidate) === null ? codeWords(verdict) : 'by lot')}</td>`,
      `<td class="w">${told(passedOverWords(step, candidate, chosen))}</td>`,
      ...(isScored ? [`<td>${escapeHtml(points)}</td>`] : []),
    ];
    const numbers = [String(weight), signed(credit), signed(creditAfter), String(open), String(daily)].map(
      (text, index) => `<td class="n" data-h="${NUMBERS[index]}">${text}</td>`,
    );
    return `<tr${verdict === 'CHOSEN' ? ' class="yes"' : ''}>${cells.join('')}${numbers.join('')}</tr>`;
  };
  const heads = ['candidate', 'verdict', 'because', ...(isScored ? ['scores'] : [])].map((head) => `<th>${head}</th>`);
  const numberHeads = NUMBERS.map((head) => `<th class="n">${head}</th>`);
  return `<table><tr class="h">${heads.join('')}${numberHeads.join('')}</tr>${step.candidates.map(row).join('')}</table>`;
}

function stepWords({ stepLines }: Explanation, index: number): readonly string[] {
  return stepLines[index] ?? [];
}

function section(title: string, body: string): string {
  return `<h2>${escapeHtml(title)}</h2>\n${body}`;
}

function list(lines: readonly string[]): string {
  return `<ul>${lines.map((line) => `<li>${told(line)}</li>`).join('')}</ul>`;
}

const INSTANT = /\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;

/** A line of words, with the instants in it as they stand everywhere on the page. */
function told(line: string): string {
  return escapeHtml(line.trim()).replace(INSTANT, (at) => {
    const time = readInstant(at);
    // A value of the lead may look like a time and be none.
    return time === null ? at : `<time>${instant(time)}</time>`;
  });
}
