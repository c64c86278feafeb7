/** What a matcher makes of a labelled set: how many of its answers are right, and how many of those meant it finds. */
import { createAccountBook } from '@lead-router/domain/enrichment/account-matcher.ts';
import type { ReferenceTable } from '@lead-router/domain/rule-set/reference-table.ts';
import type { LabelledQuestion, QuestionKind } from './labelled-companies.ts';

export interface MatchQuality {
  /** Of the accounts given as an answer: that are the right one. */
  readonly precision: number;
  /** Of the questions that mean an account: answered with it. */
  readonly recall: number;
  readonly byKind: ReadonlyMap<QuestionKind, { readonly asked: number; readonly right: number; readonly mistaken: number }>;
  /** By question. */
  readonly answers: readonly (string | null)[];
  /** Questions a second of the process's CPU time, the best of the rounds. */
  readonly perSecond: number;
}

const COLUMNS = { name: 'name', aliases: 'aliases', domain: null, industry: null, segment: null, employees: null };

export function measureMatches(table: ReferenceTable, questions: readonly LabelledQuestion[], { rounds = 1 } = {}): MatchQuality {
  const book = createAccountBook(table, { columns: COLUMNS, isFuzzy: true });
  let answers: readonly (string | null)[] = [];
  let perSecond = 0;
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    answers = questions.map(({ company }) => book.match({ company, mailDomain: null, webDomain: null })?.account.accountId ?? null);
    const { user, system } = process.cpuUsage(before);
    perSecond = Math.max(perSecond, (questions.length * 1e6) / (user + system));
  }
  const byKind = new Map<QuestionKind, { asked: number; right: number; mistaken: number }>();
  let [right, answered, meant] = [0, 0, 0];
  for (const [index, { kind, accountId }] of questions.entries()) {
    const answer = answers[index] ?? null;
    const counts = byKind.get(kind) ?? { asked: 0, right: 0, mistaken: 0 };
    byKind.set(kind, counts);
    counts.asked += 1;
    if (answer === accountId) counts.right += 1;
    else if (answer !== null) counts.mistaken += 1;
    if (answer !== null) answered += 1;
    if (accountId !== null) meant += 1;
    if (answer !== null && answer === accountId) right += 1;
  }
  return { precision: right / answered, recall: right / meant, byKind, answers, perSecond };
}
