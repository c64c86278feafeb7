/** Which organisation stands behind a lead: government, account, industry and sector, size, segment. */
import type { Lead } from '../lead.ts';
import type { AccountMatch } from './account-matcher.ts';
import { employeesByRevenue, FORTUNE_1000_REVENUE, type Segment, type SizeBand, sizeBandOf } from './company-size.ts';
import type { EnrichmentSources, Guess } from './findings.ts';
import { findGovernment, type Government } from './government-domains.ts';
import { findSector } from './naics-sectors.ts';
import type { NameReading } from './organisation-words.ts';
import { registrableDomain } from './web-domain.ts';

export interface CompanyFindings {
  readonly webDomain: Guess | null;
  readonly government: Guess<Government> | null;
  readonly account: AccountMatch | null;
  readonly industry: Guess | null;
  readonly sector: Guess | null;
  readonly sizeBand: Guess<SizeBand> | null;
  readonly segment: Guess<Segment> | null;
}

export interface KnownOfCompany {
  /** Whole domain of the mail address. */
  readonly emailDomain: string | null;
  /** Registrable domain of a company's own mail. */
  readonly companyDomain: string | null;
  readonly country: string | null;
}

/** Of institutions of higher education in the USA, and of schools and universities elsewhere. */
const SCHOOL_DOMAIN = /(?:^|\.)(?:edu|(?:edu|ac|sch)\.[a-z]{2}|k12\.[a-z]{2}\.us)$/;
const MAX_WEBSITE = 2_000;

export function readCompany(sources: EnrichmentSources, lead: Lead, known: KnownOfCompany): CompanyFindings {
  const { company } = lead;
  const web = company.website === null || company.website.length > MAX_WEBSITE ? null : registrableDomain(company.website);
  const webDomain = web === null ? null : { value: web, source: 'website', confidence: 0.95 };
  const account = sources.matchAccount?.({ company: company.name, webDomain: web, mailDomain: known.companyDomain }) ?? null;
  // Who is an account is known; what the words of a name suggest does not count against it.
  const reading = account !== null || company.name === null ? null : sources.readName(company.name);
  const government = readGovernment(sources, { emailDomain: known.emailDomain, webDomain: web, reading });
  const industry = guessIndustry(sources, company.industry, account);
  return {
    webDomain,
    government,
    account,
    industry,
    sector: guessSector(company.industry, industry),
    sizeBand: guessSizeBand(lead, account),
    segment: guessSegment(sources, lead, { ...known, webDomain: web, government, account, reading }),
  };
}

function readGovernment(
  sources: EnrichmentSources,
  known: { readonly emailDomain: string | null; readonly webDomain: string | null; readonly reading: NameReading | null },
): Guess<Government> | null {
  const { emailDomain, webDomain, reading } = known;
  if (sources.government !== null) {
    const { table, levels } = sources.government;
    const byMail = emailDomain === null ? null : findGovernment(emailDomain, levels);
    if (byMail !== null) return { value: byMail, source: `table ${table}, mail domain`, confidence: 1 };
    const byWeb = webDomain === null ? null : findGovernment(webDomain, levels);
    if (byWeb !== null) return { value: byWeb, source: `table ${table}, website`, confidence: 0.8 };
  }
  const byName = reading?.government ?? null;
  return byName === null ? null : { value: byName.level, source: `company name, keyword ${byName.keyword}`, confidence: 0.6 };
}

function guessIndustry(sources: EnrichmentSources, said: string | null, account: AccountMatch | null): Guess | null {
  if (account !== null && account.account.industry !== null) {
    return { value: account.account.industry, source: account.source, confidence: account.confidence };
  }
  if (said === null || sources.industries === null) return null;
  const value = sources.industries.industryOf(said);
  return value === undefined ? null : { value, source: `table ${sources.industries.table}, industry`, confidence: 0.9 };
}

/** By what the lead says, else by the industry that a table says. */
function guessSector(said: string | null, industry: Guess | null): Guess | null {
  const bySaid = said === null ? null : findSector(said);
  const guess = bySaid ?? (industry === null ? null : findSector(industry.value));
  if (guess === null) return null;
  const { sector, by } = guess;
  const isSure = by === 'code' || by === 'title';
  const confidence = (bySaid === null ? 0.8 : 1) * (isSure ? 1 : 0.75);
  return { value: sector.title, source: `NAICS ${sector.code}, ${isSure ? by : `word ${by}`}`, confidence };
}

function guessSizeBand({ company }: Lead, account: AccountMatch | null): Guess<SizeBand> | null {
  if (company.employeeCount !== null) return { value: sizeBandOf(company.employeeCount), source: 'employees', confidence: 1 };
  if (account !== null && account.account.employees !== null) {
    return { value: sizeBandOf(account.account.employees), source: account.source, confidence: account.confidence };
  }
  if (company.annualRevenue === null) return null;
  return { value: sizeBandOf(employeesByRevenue(company.annualRevenue)), source: 'annual revenue', confidence: 0.5 };
}

/** The first of: what the account table says, government, education, revenue of the Fortune 1000 (US firms), few employees. */
function guessSegment(
  sources: EnrichmentSources,
  { company }: Lead,
  known: KnownOfCompany & {
    readonly webDomain: string | null;
    readonly government: Guess<Government> | null;
    readonly account: AccountMatch | null;
    readonly reading: NameReading | null;
  },
): Guess<Segment> | null {
  const { account, government, reading } = known;
  if (account !== null && account.account.segment !== null) {
    return { value: account.account.segment, source: account.source, confidence: account.confidence };
  }
  if (government !== null) return { value: 'GOVERNMENT', source: government.source, confidence: government.confidence };
  if (known.companyDomain !== null && SCHOOL_DOMAIN.test(known.companyDomain))
    return { value: 'EDUCATION', source: 'mail domain', confidence: 0.95 };
  if (known.webDomain !== null && SCHOOL_DOMAIN.test(known.webDomain)) return { value: 'EDUCATION', source: 'website', confidence: 0.9 };
  if (reading !== null && reading.education !== null) {
    return { value: 'EDUCATION', source: `company name, keyword ${reading.education}`, confidence: 0.7 };
  }
  const isAmerican = known.country === null || known.country === 'US';
  if (isAmerican && company.annualRevenue !== null && company.annualRevenue >= FORTUNE_1000_REVENUE) {
    return { value: 'FORTUNE_1000', source: 'annual revenue', confidence: 0.6 };
  }
  if (company.employeeCount !== null && company.employeeCount <= sources.smallBusinessEmployees) {
    return { value: 'SMALL_BUSINESS', source: 'employees', confidence: 0.9 };
  }
  return null;
}
