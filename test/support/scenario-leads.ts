/** What people say of themselves in stories over the deployed rule sets. */
import type { Lead, Person, Qualification } from '@lead-router/domain/lead.ts';
import { leadFor, personFor } from './example-leads.ts';

export const NO_ANSWERS: Qualification = { budget: null, authority: 'UNKNOWN', need: null, timeFrame: 'UNKNOWN', productInterest: [] };

export const BUYS_SOON: Qualification = { ...NO_ANSWERS, timeFrame: 'WITHIN_3_MONTHS', authority: 'DECIDES', budget: 150_000 };

export const answering = (known: Partial<Qualification>): Partial<Lead> => ({ qualification: { ...NO_ANSWERS, ...known } });

export const workingFor = (name: string): Partial<Lead> => ({ company: { ...leadFor().company, name } });

export const inTexas: Partial<Lead> = { location: { country: 'US', region: 'TX', postalCode: null, city: null } };

export const optedIn: Partial<Lead> = { consent: { email: true, phone: null, proof: 'form 7', givenAt: 1 } };

/** At work, with a telephone: as much as contact details can give. */
export const reachable = (name: string): Partial<Person> => ({ email: `${name}@acme-widgets.example`, phone: '(512) 555-0123' });

export const noting = (notes: string): Person => personFor({ notes });
