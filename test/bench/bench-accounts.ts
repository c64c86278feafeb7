/** A hundred thousand accounts as a customer's register has them, and names as people type them, known and unknown. Made from a seed. */
import { type SeededRandom, seededRandom } from '@lead-router/cli/sample/seeded-random.ts';
import { typeCompanyName } from '@lead-router/cli/sample/type-company-name.ts';
import { normaliseCompanyName } from '@lead-router/domain/enrichment/normalise-company-name.ts';

export interface BenchAccount {
  readonly id: string;
  readonly name: string;
  readonly domain: string;
}

export interface BenchQuestion {
  readonly company: string;
  readonly mailDomain: string | null;
  /** The account that is meant; null for a firm that is none. */
  readonly accountId: string | null;
}

const SEED = 4;
const STARTS = 'al an bel bran cal car dal del el fal gar hal jor kel lan mar mel nor or pal ral sal tal ul val wes yor zan'.split(' ');
const MIDDLES = 'a ba da de e ga i ka la li ma mo na o ra ri sa ta ti u va ve'.split(' ');
const ENDS =
  'ben co don field ford ham ix ker land ler lex lon man mark mont nor ra ric ron son stead tec ton vale well wick win wood'.split(' ');
const TRADES =
  'Systems|Technologies|Services|Industries|International|Financial|Communications|Resources|Properties|Pharmaceuticals|Foods|Motors|Insurance|Partners|Logistics|Energy|Consulting|Manufacturing|Health|Media|Builders|Dental|Farms|Plumbing|Bank|Software|Electric|Design|Transport|Hotels'.split(
    '|',
  );
const FORMS = ['', '', ' Inc', ' Inc.', ', LLC', ' Corp', ' Co.', ' Ltd', ' Group'];

export function benchAccounts(count: number): readonly BenchAccount[] {
  const seen = new Set<string>();
  const accounts: BenchAccount[] = [];
  for (let serial = 0; accounts.length < count; serial++) {
    const name = makeName(seededRandom(SEED, 1, serial));
    const key = normaliseCompanyName(name);
    if (seen.has(key)) continue;
    seen.add(key);
    accounts.push({ id: `A${accounts.length}`, name, domain: `${key}.example.com` });
  }
  return accounts;
}

export function accountsCsv(accounts: readonly BenchAccount[]): string {
  return [
    'id,name,domain',
    ...accounts.map(({ id, name, domain }) => `${id},"${name}",https://www.${domain.replace('.example', '')}/`),
  ].join('\n');
}

/** A fifth writes from the account's own domain, a third types an account's name, the rest are firms that nobody knows. */
export function benchQuestions(accounts: readonly BenchAccount[], count: number): readonly BenchQuestion[] {
  const known = new Set(accounts.map(({ name }) => normaliseCompanyName(name)));
  return Array.from({ length: count }, (_, serial) => {
    const random = seededRandom(SEED, 2, serial);
    const kind = random.next();
    if (kind < 0.53) {
      const { id, name, domain } = random.pick(accounts);
      return { company: typeCompanyName(name, random), mailDomain: kind < 0.2 ? domain.replace('.example', '') : null, accountId: id };
    }
    let name = makeName(random);
    while (known.has(normaliseCompanyName(name))) name = makeName(random);
    return { company: typeCompanyName(name, random), mailDomain: `unknown-${serial}.com`, accountId: null };
  });
}

function makeName(random: SeededRandom): string {
  const words = [coinWord(random), ...(random.chance(0.35) ? [coinWord(random)] : []), random.pick(TRADES)];
  if (random.chance(0.15)) words.push(random.pick(TRADES));
  return words.join(' ') + random.pick(FORMS);
}

function coinWord(random: SeededRandom): string {
  const word = random.pick(STARTS) + (random.chance(0.7) ? random.pick(MIDDLES) : '') + random.pick(ENDS);
  return word.charAt(0).toUpperCase() + word.slice(1);
}
