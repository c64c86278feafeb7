/**
 * Finds the account a lead belongs to: by the domain of mail or website, by company name after normalisation, and then by a
 * name that is similar. The first that answers wins; each answer says why and how sure it is.
 */
import { getDomain } from 'tldts';
import type { ReferenceTable } from '../rule-set/reference-table.ts';
import type { TableRow } from '../rule-set/table-rows.ts';
import { type Segment, segmentOf } from './company-size.ts';
import { companyWords } from './normalise-company-name.ts';
import { createSimilarNames, type FindSimilarName, type KnownName } from './similar-names.ts';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly industry: string | null;
  readonly segment: Segment | null;
  readonly employees: number | null;
}

export interface AccountMatch {
  readonly account: Account;
  readonly source: string;
  readonly confidence: number;
}

export interface AccountQuestion {
  readonly company: string | null;
  /** Registrable domain of the website; null for one of a free mail provider. */
  readonly webDomain: string | null;
  /** Registrable domain of the mail address; null for free mail. */
  readonly mailDomain: string | null;
}

export type AccountMatcher = (question: AccountQuestion) => AccountMatch | null;

export interface AccountColumns {
  readonly name: string;
  readonly aliases: string | null;
  readonly domain: string | null;
  readonly industry: string | null;
  readonly segment: string | null;
  readonly employees: string | null;
}

export interface AccountBookOptions {
  readonly columns: AccountColumns;
  /** Ask for similar names too. */
  readonly isFuzzy: boolean;
  /** Declared by the rule set, beside those that are known anyway. */
  readonly segments?: readonly string[];
}

/** Two accounts that cannot be told apart by a name or domain. */
export interface AmbiguousAccounts {
  readonly key: string;
  readonly first: string;
  readonly second: string;
}

export interface AccountBook {
  readonly match: AccountMatcher;
  readonly ambiguous: readonly AmbiguousAccounts[];
  /** Cells that say no segment or number. */
  readonly faults: readonly AccountFault[];
}

export interface AccountFault {
  readonly row: TableRow;
  readonly column: string | undefined;
  readonly message: string;
}

interface Book {
  readonly table: string;
  /** An account, or null for a name or domain that several have. */
  readonly byName: Map<string, Account | null>;
  readonly byDomain: Map<string, Account | null>;
  readonly byId: Map<string, Account>;
  readonly findSimilar: FindSimilarName | null;
}

/** Confidence of a similar name: its score times this, so that it is always below that of a name that is the same. */
const SIMILAR = 0.8;

/** Several aliases or domains in a cell are separated by semicolons. */
export function createAccountBook(table: ReferenceTable, options: AccountBookOptions): AccountBook {
  const { columns } = options;
  const byName = new Map<string, Account | null>();
  const byDomain = new Map<string, Account | null>();
  const byId = new Map<string, Account>();
  const names: KnownName[] = [];
  const ambiguous: AmbiguousAccounts[] = [];
  const faults: AccountFault[] = [];
  const { segments = [] } = options;
  const owners = new Map<string, string>();
  const add = (index: Map<string, Account | null>, key: string, account: Account): void => {
    const other = index.get(key);
    if (other === undefined) index.set(key, account);
    else if (other === null || other.accountId !== account.accountId) {
      ambiguous.push({ key, first: other?.accountId ?? owners.get(key) ?? '', second: account.accountId });
      if (other !== null) owners.set(key, other.accountId);
      index.set(key, null);
    }
  };
  for (const row of table.rows.values()) {
    const account = readAccount(row, { key: table.key, columns, faults, segments });
    byId.set(account.accountId, account);
    for (const name of [account.name, ...splitCell(row, columns.aliases)]) {
      const words = companyWords(name);
      const key = words.join('');
      if (key === '') continue;
      add(byName, key, account);
      names.push({ name, words, accountId: account.accountId });
    }
    for (const domain of splitCell(row, columns.domain)) add(byDomain, domainKey(domain), account);
  }
  const findSimilar = options.isFuzzy ? createSimilarNames(names) : null;
  const book: Book = { table: table.name, byName, byDomain, byId, findSimilar };
  return { ambiguous, faults, match: (question) => matchAccount(question, book) };
}

function matchAccount(question: AccountQuestion, book: Book): AccountMatch | null {
  const byMail = question.mailDomain === null ? null : (book.byDomain.get(question.mailDomain) ?? null);
  if (byMail !== null) return { account: byMail, source: `table ${book.table}, mail domain`, confidence: 0.95 };
  const byWeb = question.webDomain === null ? null : (book.byDomain.get(question.webDomain) ?? null);
  if (byWeb !== null) return { account: byWeb, source: `table ${book.table}, web domain`, confidence: 0.9 };
  if (question.company === null) return null;
  const words = companyWords(question.company);
  if (words.length === 0) return null;
  const byName = book.byName.get(words.join(''));
  // A name that several accounts have is similar to each of them: nobody can tell.
  if (byName === null) return null;
  if (byName !== undefined) return { account: byName, source: `table ${book.table}, company name`, confidence: 0.85 };
  const similar = book.findSimilar?.(words) ?? null;
  const account = similar === null ? undefined : book.byId.get(similar.accountId);
  if (similar === null || account === undefined) return null;
  const confidence = Math.round(similar.score * SIMILAR * 100) / 100;
  return { account, source: `table ${book.table}, similar company name: ${similar.reason}`, confidence };
}

function readAccount(
  row: TableRow,
  how: { readonly key: string; readonly columns: AccountColumns; readonly faults: AccountFault[]; readonly segments: readonly string[] },
): Account {
  const { columns, faults } = how;
  const accountId = row[how.key] ?? '';
  const cell = (column: string | null): string | null => {
    const text = column === null ? '' : (row[column] ?? '');
    return text === '' ? null : text;
  };
  const segmentText = cell(columns.segment);
  const segment = segmentText === null ? null : segmentOf(segmentText, how.segments);
  if (segmentText !== null && segment === null)
    faults.push({ row, column: columns.segment ?? undefined, message: noSegment(segmentText, how.segments) });
  const employeesText = cell(columns.employees);
  const employees = employeesText === null ? null : Number(employeesText.replaceAll(',', ''));
  const isNumber = employees === null || (Number.isFinite(employees) && employees >= 0);
  if (!isNumber) faults.push({ row, column: columns.employees ?? undefined, message: `"${employeesText}" is no number of employees` });
  return { accountId, name: row[columns.name] ?? '', industry: cell(columns.industry), segment, employees: isNumber ? employees : null };
}

function noSegment(text: string, declared: readonly string[]): string {
  return `"${text}" is no segment: use ${[...declared, 'Fortune 1000', 'Government', 'Education'].join(', ')} or Small business`;
}

/** `https://www.ibm.com/us` is `ibm.com`, as the lead's own domains are. */
function domainKey(text: string): string {
  const lower = text.toLowerCase();
  return getDomain(lower) ?? lower;
}

function splitCell(row: TableRow, column: string | null): readonly string[] {
  if (column === null) return [];
  return (row[column] ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
