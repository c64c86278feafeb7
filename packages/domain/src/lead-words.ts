/** The words that a lead may say, and the person of whom nothing is known: for all who read leads from outside. */
import type { Authority, Person, TimeFrame } from './lead.ts';

export const AUTHORITIES = ['UNKNOWN', 'DECIDES', 'RECOMMENDS', 'RESEARCHES', 'NONE'] as const satisfies readonly Authority[];

export const TIME_FRAMES = [
  'UNKNOWN',
  'WITHIN_3_MONTHS',
  'MONTHS_4_TO_6',
  'MONTHS_7_TO_12',
  'LATER',
  'NONE',
] as const satisfies readonly TimeFrame[];

export const NOBODY: Person = {
  firstName: null,
  lastName: null,
  jobTitle: null,
  email: null,
  phone: null,
  mobile: null,
  fax: null,
  street: null,
  comments: null,
  notes: null,
  fullName: null,
  found: null,
};
