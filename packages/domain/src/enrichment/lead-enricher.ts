/**
 * Enrichment: what can be known about a lead from what it says and the rule set's tables. Total: any lead gives an enrichment.
 * Nothing the lead said is overwritten; each added value says where it comes from and how sure it is (0 to 1).
 */
import type { EnrichedValue, Enrichment, Lead, Person } from '../lead.ts';
import type { IdentityHasher } from '../rule-set.ts';
import type { AccountMatch } from './account-matcher.ts';
import { readCompany } from './company-findings.ts';
import { identitiesOf, type MailFindings, phoneCountryOf, phoneTypeOf, readMail, readPhones } from './contact-findings.ts';
import type { EnrichmentSources, Guess } from './findings.ts';
import { countrySaid, readPlace } from './place-findings.ts';

type Add = <T extends string>(field: string, guess: Guess<T> | null) => T | null;

export function enrichLead(
  sources: EnrichmentSources,
  subject: { readonly lead: Lead; readonly person: Person | null; readonly hashIdentity: IdentityHasher },
): Enrichment {
  const { lead, person } = subject;
  const values: EnrichedValue[] = [];
  const add: Add = (field, guess) => {
    if (guess === null) return null;
    values.push({ field, value: guess.value, source: guess.source, confidence: guess.confidence });
    return guess.value;
  };

  const mail = readMail(person);
  const emailDomain = addMail(add, mail);
  const givenCountry = countrySaid(lead);
  const phones = readPhones(person, givenCountry ?? sources.defaultCountry);
  const phoneCountry = add('phoneCountry', phoneCountryOf(phones));
  const phoneType = add('phoneType', phoneTypeOf(phones));
  const place = readPlace(sources, lead, { givenCountry, phoneCountry });
  const company = readCompany(sources, lead, { emailDomain, companyDomain: mail.companyDomain, country: place.country?.value ?? null });
  const account = company.account;
  const topics = readTopics(sources, lead, person);
  for (const topic of topics) add('topics', topic);

  return {
    emailDomain,
    emailIsFree: mail.isFree,
    phoneCountry,
    webDomain: add('webDomain', company.webDomain),
    countryCode: add('countryCode', place.country),
    regionCode: add('regionCode', place.region),
    territory: add('territory', place.territory),
    government: add('government', company.government),
    accountId: add(
      'accountId',
      guessOf(account, (match) => match.account.accountId),
    ),
    accountName: add(
      'accountName',
      guessOf(account, (match) => match.account.name),
    ),
    industry: add('industry', company.industry),
    topics: topics.map((topic) => topic.value),
    hasValidEmail: mail.address !== null,
    hasValidPhone: phones.length > 0,
    emailIsDisposable: mail.isDisposable,
    emailIsRole: mail.isRole,
    phoneType,
    timeZone: add('timeZone', place.timeZone),
    sector: add('sector', company.sector),
    sizeBand: add('sizeBand', company.sizeBand),
    segment: add('segment', company.segment),
    language: add('language', readLanguage(sources, lead, person)),
    accountConfidence: account === null ? null : account.confidence,
    values,
    identities: identitiesOf(mail.address, phones, subject.hashIdentity),
  };
}

function addMail(add: Add, mail: MailFindings): string | null {
  if (mail.address === null) return null;
  const domain = add('emailDomain', { value: mail.address.domain, source: 'mail address', confidence: 1 });
  if (mail.isFree) add('emailIsFree', { value: 'true', source: 'mail providers', confidence: 0.95 });
  if (mail.isDisposable) add('emailIsDisposable', { value: 'true', source: 'mail providers', confidence: 0.95 });
  if (mail.isRole) add('emailIsRole', { value: 'true', source: 'role mailboxes', confidence: 0.9 });
  return domain;
}

function guessOf(account: AccountMatch | null, value: (match: AccountMatch) => string): Guess | null {
  return account === null ? null : { value: value(account), source: account.source, confidence: account.confidence };
}

function readTopics(sources: EnrichmentSources, lead: Lead, person: Person | null): readonly Guess[] {
  if (sources.topics === null) return [];
  const { table, match } = sources.topics;
  const hits = match([person?.comments ?? null, person?.notes ?? null, lead.qualification.need]);
  return hits.map((hit) => ({ value: hit.topic, source: `table ${table}, keyword ${hit.keyword}`, confidence: 0.8 }));
}

/** Only where the lead does not say it: detection costs more than all the rest together. */
function readLanguage(sources: EnrichmentSources, lead: Lead, person: Person | null): Guess | null {
  const text = person?.comments ?? lead.qualification.need;
  if (sources.detectLanguage === null || lead.language !== null || text === null) return null;
  const language = sources.detectLanguage(text);
  return language === null ? null : { value: language, source: 'n-grams of the comments', confidence: 0.9 };
}
