/** Companies from an account table of the sample, and back into a table that the matcher reads. */
import { openDocument } from '@lead-router/domain/rule-set/document.ts';
import { type ReferenceTable, readTables } from '@lead-router/domain/rule-set/reference-table.ts';
import type { KnownCompany } from './labelled-companies.ts';

const FILE = 'accounts.csv';

/** Of columns `account`, `name` and `aliases`. */
export function readCompanies(csv: string): readonly KnownCompany[] {
  return [...readTable(csv).rows.values()].map(({ account = '', name = '', aliases = '' }) => ({
    accountId: account,
    name,
    aliases: aliases.split(';').flatMap((alias) => (alias.trim() === '' ? [] : [alias.trim()])),
  }));
}

export function tableOfCompanies(companies: readonly KnownCompany[]): ReferenceTable {
  const lines = companies.map(({ accountId, name, aliases }) => [accountId, name, aliases.join(';')].map(quote).join(','));
  return readTable(['account,name,aliases', ...lines].join('\n'));
}

function readTable(csv: string): ReferenceTable {
  const { document, root } = openDocument(`accounts: { csv: ${FILE}, key: account }`);
  const table = readTables(document, root, new Map([[FILE, csv]])).get('accounts');
  if (table === undefined) throw new Error('the account table cannot be read: it needs the column "account"');
  return table;
}

function quote(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
