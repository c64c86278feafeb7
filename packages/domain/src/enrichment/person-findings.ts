/** What is added to a person: the name in its parts, the numbers in E.164. As personal as the person, so it stands there and nowhere else. */
import type { Person, PersonFindings, PersonName, PersonPhone } from '../lead.ts';
import { phoneTypeOf, type SaidPhone } from './contact-findings.ts';
import { readPersonName } from './person-name.ts';

/** The person with what was found of it; null where that is nothing that it does not have already. */
export function findPerson(person: Person | null, phones: readonly SaidPhone[]): Person | null {
  if (person === null) return null;
  const name = readPersonName(person);
  const found: PersonFindings | null = name === null && phones.length === 0 ? null : { name, phones: phones.map(phoneOf) };
  return isSame(person.found, found) ? null : { ...person, found };
}

function phoneOf({ field, number, isInternational }: SaidPhone): PersonPhone {
  return {
    field,
    number: number.e164,
    region: number.country,
    type: phoneTypeOf([{ number }])?.value ?? null,
    source: isInternational ? 'phone number' : "phone number, lead's country",
    confidence: isInternational ? 0.95 : 0.9,
  };
}

function isSame(known: PersonFindings | null, found: PersonFindings | null): boolean {
  if (known === null || found === null) return known === found;
  if (known.phones.length !== found.phones.length || !isSameName(known.name, found.name)) return false;
  return found.phones.every((phone, index) => {
    const other = known.phones[index];
    return other?.field === phone.field && other.number === phone.number && other.region === phone.region && other.type === phone.type;
  });
}

function isSameName(known: PersonName | null, found: PersonName | null): boolean {
  if (known === null || found === null) return known === found;
  const { title, given, middle, family, suffix, source } = found;
  return (
    known.title === title &&
    known.given === given &&
    known.middle === middle &&
    known.family === family &&
    known.suffix === suffix &&
    known.source === source
  );
}
