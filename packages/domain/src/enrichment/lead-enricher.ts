/**
 * Enrichment: what can be known about a lead from what it says and the rule set's tables. Total: any lead gives an enrichment.
 * Nothing the lead said is overwritten; each added value says where it comes from and how sure it is (0 to 1).
 */
import { getDomain } from 'tldts';
import type { EnrichedValue, Enrichment, Lead, Person } from '../lead.ts';
import type { IdentityHasher } from '../rule-set.ts';
import type { AccountMatcher } from './account-matcher.ts';
import { type EmailAddress, isFreeMail, parseEmail } from './email-address.ts';
import { findCountry } from './find-country.ts';
import { findGovernment, type Government } from './government-domains.ts';
import { type PhoneNumber, parsePhone } from './phone-number.ts';
import type { TopicMatcher } from './topic-matcher.ts';
import { findRegion, findStateByZip } from './us-regions.ts';

/** What the rule set gives to enrichment; empty parts add nothing. */
export interface EnrichmentSources {
  /** For phone numbers without country, and regions without country. ISO 3166-1 alpha-2. */
  readonly defaultCountry: string | null;
  /** By registered domain, lower case. */
  readonly government: { readonly table: string; readonly levels: ReadonlyMap<string, Government> } | null;
  readonly matchAccount: AccountMatcher | null;
  /** Territory by `us-ca`, `ca` (a US state) or `us-*`, lower case. */
  readonly territories: { readonly table: string; readonly byRegion: ReadonlyMap<string, string> } | null;
  readonly topics: { readonly table: string; readonly match: TopicMatcher } | null;
  /** Industry by what leads call it, lower case. */
  readonly industries: { readonly table: string; readonly byName: ReadonlyMap<string, string> } | null;
}

interface Guess<T extends string = string> {
  readonly value: T;
  readonly source: string;
  readonly confidence: number;
}

export function enrichLead(
  sources: EnrichmentSources,
  subject: { readonly lead: Lead; readonly person: Person | null; readonly hashIdentity: IdentityHasher },
): Enrichment {
  const { lead, person } = subject;
  const values: EnrichedValue[] = [];
  const add = <T extends string>(field: string, guess: Guess<T> | null): T | null => {
    if (guess === null) return null;
    values.push({ field, value: guess.value, source: guess.source, confidence: guess.confidence });
    return guess.value;
  };

  const email = readEmail(person);
  const emailDomain = add('emailDomain', email === null ? null : { value: email.domain, source: 'mail address', confidence: 1 });
  const emailIsFree = emailDomain !== null && isFreeMail(emailDomain);
  const webDomain = add('webDomain', readWebDomain(lead.company.website));
  const givenCountry = lead.location.country === null ? null : findCountry(lead.location.country);
  const phones = readPhones(person, givenCountry ?? sources.defaultCountry);
  const phoneCountry = add('phoneCountry', phoneCountryOf(phones));
  const regionCountry = givenCountry ?? phoneCountry ?? sources.defaultCountry;
  const region = readRegion(lead, regionCountry);
  const countryCode = add('countryCode', guessCountry({ givenCountry, phoneCountry, region, regionCountry }));
  const regionCode = add('regionCode', region);
  const territory = add('territory', findTerritory(sources, countryCode, regionCode));
  const government = add('government', readGovernment(sources, emailDomain, webDomain));

  const account =
    sources.matchAccount?.({ company: lead.company.name, webDomain, mailDomain: mailDomainOf(emailDomain, emailIsFree) }) ?? null;
  const accountId = add(
    'accountId',
    account === null ? null : { value: account.account.accountId, source: account.source, confidence: account.confidence },
  );
  const accountName = add(
    'accountName',
    account === null ? null : { value: account.account.name, source: account.source, confidence: account.confidence },
  );
  const industry = add('industry', guessIndustry(sources, lead.company.industry, account));
  const topics = readTopics(sources, lead, person);
  for (const topic of topics) add('topics', topic);

  return {
    emailDomain,
    emailIsFree,
    phoneCountry,
    webDomain,
    countryCode,
    regionCode,
    territory,
    government,
    accountId,
    accountName,
    industry,
    topics: topics.map((topic) => topic.value),
    hasValidEmail: email !== null,
    hasValidPhone: phones.length > 0,
    values,
    identities: identitiesOf(email, phones, subject.hashIdentity),
  };
}

function readEmail(person: Person | null): EmailAddress | null {
  return person === null || person.email === null ? null : parseEmail(person.email);
}

function readPhones(person: Person | null, country: string | null): readonly PhoneNumber[] {
  if (person === null) return [];
  const phone = person.phone === null ? null : parsePhone(person.phone, country);
  const hasOther = person.mobile !== null && person.mobile !== person.phone;
  const mobile = hasOther && person.mobile !== null ? parsePhone(person.mobile, country) : null;
  return [phone, mobile].filter((number) => number !== null);
}

function phoneCountryOf(phones: readonly PhoneNumber[]): Guess | null {
  const country = phones[0]?.country ?? null;
  return country === null ? null : { value: country, source: 'phone number', confidence: 0.9 };
}

function readWebDomain(website: string | null): Guess | null {
  if (website === null || website.length > 2_000) return null;
  const domain = registrableDomain(website);
  return domain === null ? null : { value: domain, source: 'website', confidence: 0.95 };
}

function mailDomainOf(emailDomain: string | null, isFree: boolean): string | null {
  return emailDomain === null || isFree ? null : (registrableDomain(emailDomain) ?? emailDomain);
}

function registrableDomain(text: string): string | null {
  try {
    return getDomain(text.trim().toLowerCase());
  } catch {
    // Somebody else's parser must not stop the stream for one odd text: what it cannot read is no domain.
    return null;
  }
}

function readRegion(lead: Lead, country: string | null): Guess | null {
  const { region, postalCode } = lead.location;
  if (country === 'US' || country === 'CA') {
    const named = region === null ? null : findRegion(region, country);
    if (named !== null) return { value: named, source: 'region', confidence: 1 };
  }
  if (country !== 'US' || postalCode === null) return null;
  const state = findStateByZip(postalCode);
  return state === null ? null : { value: state, source: 'postal code', confidence: 0.95 };
}

/** A region that only the default country explains makes that country likely, not sure. */
function guessCountry(known: {
  readonly givenCountry: string | null;
  readonly phoneCountry: string | null;
  readonly region: Guess | null;
  readonly regionCountry: string | null;
}): Guess | null {
  if (known.givenCountry !== null) return { value: known.givenCountry, source: 'country', confidence: 1 };
  if (known.phoneCountry !== null) return { value: known.phoneCountry, source: 'phone number', confidence: 0.8 };
  if (known.region === null || known.regionCountry === null) return null;
  return { value: known.regionCountry, source: `${known.region.source} in the default country`, confidence: 0.6 };
}

function findTerritory(sources: EnrichmentSources, country: string | null, region: string | null): Guess | null {
  if (sources.territories === null || country === null) return null;
  const { byRegion, table } = sources.territories;
  const keys = region === null ? [`${country}-*`] : [`${country}-${region}`, ...(country === 'US' ? [region] : []), `${country}-*`];
  for (const key of keys) {
    const value = byRegion.get(key.toLowerCase());
    if (value !== undefined) return { value, source: `table ${table}, ${key}`, confidence: 1 };
  }
  return null;
}

function readGovernment(sources: EnrichmentSources, emailDomain: string | null, webDomain: string | null): Guess<Government> | null {
  if (sources.government === null) return null;
  const { table, levels } = sources.government;
  const byMail = emailDomain === null ? null : findGovernment(emailDomain, levels);
  if (byMail !== null) return { value: byMail, source: `table ${table}, mail domain`, confidence: 1 };
  const byWeb = webDomain === null ? null : findGovernment(webDomain, levels);
  return byWeb === null ? null : { value: byWeb, source: `table ${table}, website`, confidence: 0.8 };
}

function guessIndustry(sources: EnrichmentSources, said: string | null, account: ReturnType<AccountMatcher>): Guess | null {
  if (account !== null && account.account.industry !== null) {
    return { value: account.account.industry, source: account.source, confidence: account.confidence };
  }
  if (said === null || sources.industries === null) return null;
  const value = sources.industries.byName.get(said.trim().toLowerCase());
  return value === undefined ? null : { value, source: `table ${sources.industries.table}, industry`, confidence: 0.9 };
}

function readTopics(sources: EnrichmentSources, lead: Lead, person: Person | null): readonly Guess[] {
  if (sources.topics === null) return [];
  const { table, match } = sources.topics;
  const hits = match([person?.comments ?? null, person?.notes ?? null, lead.qualification.need]);
  return hits.map((hit) => ({ value: hit.topic, source: `table ${table}, keyword ${hit.keyword}`, confidence: 0.8 }));
}

function identitiesOf(email: EmailAddress | null, phones: readonly PhoneNumber[], hash: IdentityHasher): readonly string[] {
  const identities = phones.map((phone) => hash(`phone:${phone.e164}`));
  if (email !== null) identities.push(hash(`email:${email.address}`));
  return [...new Set(identities)].sort();
}
