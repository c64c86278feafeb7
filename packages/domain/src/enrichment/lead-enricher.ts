/**
 * Enrichment: what can be known about a lead from what it says and the rule set's tables. Total: any lead gives an enrichment.
 * Nothing the lead said is overwritten; each added value says where it comes from and how sure it is (0 to 1).
 */
import type { EnrichedValue, Enrichment, Lead, Person } from '../lead.ts';
import type { IdentityHasher, LeadFindings } from '../rule-set.ts';
import type { AccountMatch } from './account-matcher.ts';
import { type CompanyFindings, readCompany } from './company-findings.ts';
import { identitiesOf, type MailFindings, phoneCountryOf, phoneTypeOf, readMail, readPhones } from './contact-findings.ts';
import type { EnrichmentSources, Guess } from './findings.ts';
import { findPerson } from './person-findings.ts';
import { countrySaid, readPlace, readTerritory } from './place-findings.ts';
import type { TopicHit } from './topic-matcher.ts';

type Add = <T extends string>(field: string, guess: Guess<T> | null) => T | null;

export function enrichLead(
  sources: EnrichmentSources,
  subject: { readonly lead: Lead; readonly person: Person | null; readonly hashIdentity: IdentityHasher },
): LeadFindings {
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
  const products = readProducts(sources, lead, person);
  for (const product of products) add('products', product);

  const enrichment: Enrichment = {
    emailDomain,
    emailIsFree: mail.isFree,
    phoneCountry,
    webDomain: add('webDomain', company.webDomain),
    countryCode: add('countryCode', place.country),
    regionCode: add('regionCode', place.region),
    territory: add('territory', readTerritory(sources, lead, { place, company })),
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
    products: products.map((product) => product.value),
    hasValidEmail: mail.address !== null,
    hasValidPhone: phones.length > 0,
    emailIsDisposable: mail.isDisposable,
    emailIsRole: mail.isRole,
    phoneType,
    timeZone: add('timeZone', place.timeZone),
    sector: add('sector', company.sector),
    sizeBand: add('sizeBand', company.sizeBand),
    segment: sources.findSegment === null ? add('segment', company.segment) : null,
    language: add('language', readLanguage(sources, lead, person)),
    accountConfidence: account === null ? null : account.confidence,
    values,
    identities: identitiesOf(mail.address, phones, subject.hashIdentity),
  };
  const found = findPerson(person, phones);
  const whole =
    sources.findSegment === null
      ? enrichment
      : { ...enrichment, segment: add('segment', readSegment(sources, { lead, enrichment, company })) };
  return found === null ? { enrichment: whole } : { enrichment: whole, person: found };
}

/** What is known of the account; the segments that the rule set declares; those that need no declaration. */
function readSegment(
  sources: EnrichmentSources,
  known: { readonly lead: Lead; readonly enrichment: Enrichment; readonly company: CompanyFindings },
): Guess | null {
  const { lead, enrichment, company } = known;
  const isOfAccount = company.account !== null && company.account.account.segment !== null;
  const declared = isOfAccount ? null : (sources.findSegment?.(lead, enrichment) ?? null);
  return declared === null ? company.segment : { value: declared, source: `segments, ${declared}`, confidence: 0.9 };
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
  if (sources.matchTopics === null) return [];
  return sources.matchTopics(textsOf(lead, person)).map((hit) => guessOfHit(hit, 0.8));
}

/** Named as what the lead is interested in, or in its texts. */
function readProducts(sources: EnrichmentSources, lead: Lead, person: Person | null): readonly Guess[] {
  if (sources.matchProducts === null) return [];
  return sources.matchProducts([...lead.qualification.productInterest, ...textsOf(lead, person)]).map((hit) => guessOfHit(hit, 0.9));
}

function textsOf(lead: Lead, person: Person | null): readonly (string | null)[] {
  return [person?.comments ?? null, person?.notes ?? null, lead.qualification.need];
}

function guessOfHit({ topic, keyword, source = '' }: TopicHit, confidence: number): Guess {
  return { value: topic, source: `${source}, keyword ${keyword}`, confidence };
}

/** Only where the lead does not say it: detection costs more than all the rest together. */
function readLanguage(sources: EnrichmentSources, lead: Lead, person: Person | null): Guess | null {
  const text = person?.comments ?? lead.qualification.need;
  if (sources.detectLanguage === null || lead.language !== null || text === null) return null;
  const language = sources.detectLanguage(text);
  return language === null ? null : { value: language, source: 'n-grams of the comments', confidence: 0.9 };
}
