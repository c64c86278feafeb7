/** What a person's mail address and phone numbers tell. Nothing personal comes out but as keyed hashes. */
import type { Person } from '../lead.ts';
import type { IdentityHasher } from '../rule-set.ts';
import { type EmailAddress, parseEmail } from './email-address.ts';
import type { Guess } from './findings.ts';
import { isDisposableMail, isFreeMail, isRoleMailbox } from './mail-kinds.ts';
import { type PhoneNumber, parsePhone } from './phone-number.ts';
import { registrableDomain } from './web-domain.ts';

export interface MailFindings {
  readonly address: EmailAddress | null;
  readonly isFree: boolean;
  readonly isDisposable: boolean;
  readonly isRole: boolean;
  /** Registrable domain of a company's own mail; null for free and disposable mail, which tell nothing of a company. */
  readonly companyDomain: string | null;
}

const UNTOLD = 'FIXED_LINE_OR_MOBILE';
const NO_MAIL: MailFindings = { address: null, isFree: false, isDisposable: false, isRole: false, companyDomain: null };

export function readMail(person: Person | null): MailFindings {
  const address = person === null || person.email === null ? null : parseEmail(person.email);
  if (address === null) return NO_MAIL;
  const { local, domain } = address;
  const isFree = isFreeMail(domain);
  const isDisposable = isDisposableMail(domain);
  const companyDomain = isFree || isDisposable ? null : (registrableDomain(domain) ?? domain);
  return { address, isFree, isDisposable, isRole: isRoleMailbox(local), companyDomain };
}

/** A valid number of a person. */
export interface SaidPhone {
  readonly field: 'phone' | 'mobile';
  readonly number: PhoneNumber;
  /** Written with +, so that it names its country itself. */
  readonly isInternational: boolean;
}

/** Valid ones only; `country` is that of numbers without +. */
export function readPhones(person: Person | null, country: string | null): readonly SaidPhone[] {
  if (person === null) return [];
  const phones: SaidPhone[] = [];
  for (const field of ['phone', 'mobile'] as const) {
    const said = person[field];
    if (said === null || (field === 'mobile' && said === person.phone)) continue;
    const number = parsePhone(said, country);
    if (number !== null) phones.push({ field, number, isInternational: said.includes('+') });
  }
  return phones;
}

export function phoneCountryOf(phones: readonly SaidPhone[]): Guess | null {
  const country = phones[0]?.number.country ?? null;
  return country === null ? null : { value: country, source: 'phone number', confidence: 0.9 };
}

/** North American numbers do not tell a mobile from a fixed line; then nothing is said. */
export function phoneTypeOf(phones: readonly Pick<SaidPhone, 'number'>[]): Guess | null {
  const type = phones[0]?.number.type ?? UNTOLD;
  return type === UNTOLD ? null : { value: type, source: 'phone number', confidence: 0.9 };
}

export function identitiesOf(email: EmailAddress | null, phones: readonly SaidPhone[], hash: IdentityHasher): readonly string[] {
  const identities = phones.map(({ number }) => hash(`phone:${number.e164}`));
  if (email !== null) identities.push(hash(`email:${email.address}`));
  return [...new Set(identities)].sort();
}
