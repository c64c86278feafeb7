/** Finds the account a lead belongs to: by the domain of website or mail, or by company name after normalisation. */
import type { ReferenceTable, TableRow } from '../rule-set/reference-table.ts';
import { normaliseCompanyName } from './normalise-company-name.ts';

export interface Account {
  readonly accountId: string;
  readonly name: string;
  readonly industry: string | null;
}

export interface AccountMatch {
  readonly account: Account;
  readonly source: string;
  readonly confidence: number;
}

export interface AccountQuestion {
  readonly company: string | null;
  readonly webDomain: string | null;
  /** Registrable domain of the mail address; null for free mail. */
  readonly mailDomain: string | null;
}

/** The place where a fuzzier matcher can stand later: first match of a chain wins. */
export type AccountMatcher = (question: AccountQuestion) => AccountMatch | null;

export interface AccountColumns {
  readonly name: string;
  readonly aliases: string | null;
  readonly domain: string | null;
  readonly industry: string | null;
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
}

/** Several aliases or domains in a cell are separated by semicolons. */
export function createAccountBook(table: ReferenceTable, columns: AccountColumns): AccountBook {
  const byName = new Map<string, Account>();
  const byDomain = new Map<string, Account>();
  const ambiguous: AmbiguousAccounts[] = [];
  const add = (index: Map<string, Account>, key: string, account: Account): void => {
    const other = index.get(key);
    if (other === undefined) index.set(key, account);
    else if (other.accountId !== account.accountId) ambiguous.push({ key, first: other.accountId, second: account.accountId });
  };
  for (const row of table.rows.values()) {
    const account = readAccount(row, table.key, columns);
    for (const name of [account.name, ...splitCell(row, columns.aliases)]) {
      const key = normaliseCompanyName(name);
      if (key !== '') add(byName, key, account);
    }
    for (const domain of splitCell(row, columns.domain)) add(byDomain, domain.toLowerCase(), account);
  }
  return { ambiguous, match: (question) => matchAccount(question, { table: table.name, byName, byDomain }) };
}

function matchAccount(
  question: AccountQuestion,
  book: { readonly table: string; readonly byName: ReadonlyMap<string, Account>; readonly byDomain: ReadonlyMap<string, Account> },
): AccountMatch | null {
  const byMail = question.mailDomain === null ? undefined : book.byDomain.get(question.mailDomain);
  if (byMail !== undefined) return { account: byMail, source: `table ${book.table}, mail domain`, confidence: 0.95 };
  const byWeb = question.webDomain === null ? undefined : book.byDomain.get(question.webDomain);
  if (byWeb !== undefined) return { account: byWeb, source: `table ${book.table}, web domain`, confidence: 0.9 };
  if (question.company === null) return null;
  const key = normaliseCompanyName(question.company);
  const byName = key === '' ? undefined : book.byName.get(key);
  return byName === undefined ? null : { account: byName, source: `table ${book.table}, company name`, confidence: 0.85 };
}

function readAccount(row: TableRow, key: string, columns: AccountColumns): Account {
  const industry = columns.industry === null ? '' : (row[columns.industry] ?? '');
  return { accountId: row[key] ?? '', name: row[columns.name] ?? '', industry: industry === '' ? null : industry };
}

function splitCell(row: TableRow, column: string | null): readonly string[] {
  if (column === null) return [];
  return (row[column] ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
