/**
 * What enriching costs, without Kafka: a large account table is loaded and asked, and whole leads are enriched. One thread; figures by the
 * CPU time of the process, so that what else runs on the machine counts little.
 */
import { readFileSync } from 'node:fs';
import { compileRuleSet } from '@lead-router/domain/compile-rule-set.ts';
import { createAccountBook } from '@lead-router/domain/enrichment/account-matcher.ts';
import { openDocument } from '@lead-router/domain/rule-set/document.ts';
import { readTables } from '@lead-router/domain/rule-set/reference-table.ts';
import type { RuleSet } from '@lead-router/domain/rule-set.ts';
import { readCompanies, tableOfCompanies } from '@lead-router/testkit/companies/company-tables.ts';
import { labelCompanies } from '@lead-router/testkit/companies/labelled-companies.ts';
import { measureMatches } from '@lead-router/testkit/companies/measure-matches.ts';
import { accountsCsv, benchAccounts, benchQuestions } from './bench-accounts.ts';
import { benchSubmissions } from './bench-leads.ts';
import { benchRuleSetSource } from './bench-rule-set.ts';

export interface MatchResult {
  readonly accounts: number;
  /** From CSV to a table that can be asked: a whole rule set with it is compiled. Seconds of wall time, and of CPU with garbage collection. */
  readonly loadSeconds: number;
  readonly loadCpuSeconds: number;
  readonly matchesPerSecond: number;
  /** Of the names that meant an account: found, and found wrongly; of the others: taken for an account. */
  readonly found: number;
  readonly mistaken: number;
  readonly foundForStrangers: number;
  /** The labelled set of real names, asked by name alone among as many accounts. */
  readonly labelled: { readonly precision: number; readonly recall: number; readonly matchesPerSecond: number };
  /** Microseconds of CPU a lead in `enrich`: with the benchmark's rule set, with the accounts, and with language detection. */
  readonly enrichMicros: { readonly plain: number; readonly withAccounts: number; readonly withLanguage: number };
}

const LEADS = 5_000;
const QUESTIONS = 20_000;
const ROUNDS = 4;
const FILE = 'accounts.csv';
const REAL_COMPANIES = new URL('../../deploy/rule-sets/departments/tables/key-accounts.csv', import.meta.url);
/** None of those that the unit test asks by. */
const LABELLED_SEED = 11;

export function match(options: { readonly accounts: number; readonly onProgress: (line: string) => void }): MatchResult {
  const accounts = benchAccounts(options.accounts);
  const csv = accountsCsv(accounts);
  options.onProgress(`${accounts.length} accounts, ${Math.round(csv.length / 2 ** 20)} MiB of CSV`);

  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const withAccounts = compile(withAccountTable(benchRuleSetSource()), csv);
  const loadSeconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const asked = askAccounts(accounts, csv);
  const labelled = askLabelled(accounts);
  const plain = compile(benchRuleSetSource(), csv);
  const withLanguage = compile(benchRuleSetSource().replace('enrichment:\n', 'enrichment:\n  detectLanguage: true\n'), csv);
  const enrichMicros = { plain: enrichCost(plain), withAccounts: enrichCost(withAccounts), withLanguage: enrichCost(withLanguage) };
  return { accounts: accounts.length, loadSeconds, loadCpuSeconds: (user + system) / 1e6, ...asked, labelled, enrichMicros };
}

function compile(source: string, csv: string): RuleSet {
  const result = compileRuleSet({ source, tables: new Map([[FILE, csv]]), hash: () => 'digest' });
  if (!result.ok) throw new Error(result.faults.map((fault) => `${fault.path}: ${fault.message}`).join('\n'));
  return result.ruleSet;
}

function withAccountTable(source: string): string {
  return source
    .replace('tables:\n', `tables:\n  accounts: { csv: ${FILE}, key: id }\n`)
    .replace('enrichment:\n', 'enrichment:\n  accounts: { table: accounts, name: name, domain: domain }\n');
}

function askAccounts(
  accounts: ReturnType<typeof benchAccounts>,
  csv: string,
): Pick<MatchResult, 'matchesPerSecond' | 'found' | 'mistaken' | 'foundForStrangers'> {
  const { document, root } = openDocument(`accounts: { csv: ${FILE}, key: id }`);
  const table = readTables(document, root, new Map([[FILE, csv]])).get('accounts');
  if (table === undefined) throw new Error('the account table cannot be read');
  const columns = { name: 'name', domain: 'domain', aliases: null, industry: null, segment: null, employees: null };
  const book = createAccountBook(table, { columns, isFuzzy: true });
  const questions = benchQuestions(accounts, QUESTIONS);
  const micros = bestCost(QUESTIONS, () => {
    for (const { company, mailDomain } of questions) book.match({ company, mailDomain, webDomain: null });
  });
  let [known, found, mistaken, strangers, foundForStrangers] = [0, 0, 0, 0, 0];
  for (const { company, mailDomain, accountId } of questions) {
    const answer = book.match({ company, mailDomain, webDomain: null })?.account.accountId ?? null;
    if (accountId === null) {
      strangers += 1;
      if (answer !== null) foundForStrangers += 1;
    } else {
      known += 1;
      if (answer === accountId) found += 1;
      else if (answer !== null) mistaken += 1;
    }
  }
  return {
    matchesPerSecond: 1e6 / micros,
    found: found / known,
    mistaken: mistaken / known,
    foundForStrangers: foundForStrangers / strangers,
  };
}

function askLabelled(accounts: ReturnType<typeof benchAccounts>): MatchResult['labelled'] {
  const companies = readCompanies(readFileSync(REAL_COMPANIES, 'utf8'));
  const { known, questions } = labelCompanies(companies, { count: QUESTIONS, seed: LABELLED_SEED });
  const others = accounts.slice(known.length).map(({ id, name }) => ({ accountId: id, name, aliases: [] }));
  const { precision, recall, perSecond } = measureMatches(tableOfCompanies([...known, ...others]), questions, { rounds: ROUNDS });
  return { precision, recall, matchesPerSecond: perSecond };
}

function enrichCost(ruleSet: RuleSet): number {
  const leads = [...benchSubmissions(LEADS)].map(({ lead, person }) => ({ lead: { ...lead, language: null }, person }));
  return bestCost(LEADS, () => {
    for (const { lead, person } of leads) ruleSet.enrich(lead, person, (normalised) => normalised);
  });
}

/** Microseconds of CPU a unit, the best of several rounds: the first ones are compiled while they run. */
function bestCost(units: number, run: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / units);
  }
  return best;
}
