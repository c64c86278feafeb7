/** The impersonal view of a lead that rules look at: what it said where enrichment knows no better. */
import { type Engagement, NOT_ENGAGED } from './engagement.ts';
import type { Facts } from './facts.ts';
import type { Enrichment, Lead, Scoring } from './lead.ts';

export function factsOf(
  lead: Lead,
  known: {
    readonly enrichment: Enrichment;
    readonly scoring: Pick<Scoring, 'score' | 'grade'>;
    readonly isQualified: boolean;
    /** Left out of a lead that has just come. */
    readonly engagement?: Engagement;
  },
): Facts {
  const { engagementScore, engagementCount } = known.engagement ?? NOT_ENGAGED;
  const { enrichment, scoring } = known;
  const { company, location, qualification, consent } = lead;
  return {
    vendor: lead.vendor,
    channel: lead.channel,
    campaign: lead.campaign,
    initiative: lead.initiative,
    language: lead.language ?? enrichment.language,
    company: enrichment.accountName ?? company.name,
    industry: enrichment.industry ?? company.industry,
    employeeCount: company.employeeCount,
    annualRevenue: company.annualRevenue,
    country: enrichment.countryCode,
    region: enrichment.regionCode ?? location.region,
    postalCode: location.postalCode,
    city: location.city,
    territory: enrichment.territory,
    emailDomain: enrichment.emailDomain,
    emailIsFree: enrichment.emailIsFree,
    hasValidEmail: enrichment.hasValidEmail,
    hasValidPhone: enrichment.hasValidPhone,
    webDomain: enrichment.webDomain,
    government: enrichment.government,
    accountId: enrichment.accountId,
    accountConfidence: enrichment.accountConfidence,
    emailIsDisposable: enrichment.emailIsDisposable,
    emailIsRole: enrichment.emailIsRole,
    phoneCountry: enrichment.phoneCountry,
    phoneType: enrichment.phoneType,
    timeZone: enrichment.timeZone,
    sector: enrichment.sector,
    sizeBand: enrichment.sizeBand,
    segment: enrichment.segment,
    budget: qualification.budget,
    authority: qualification.authority,
    timeFrame: qualification.timeFrame,
    productInterest: qualification.productInterest,
    topics: enrichment.topics,
    products: enrichment.products,
    consentEmail: consent.email,
    consentPhone: consent.phone,
    attributes: lead.attributes,
    score: scoring.score,
    grade: scoring.grade,
    engagementScore,
    engagementCount,
    isQualified: known.isQualified,
  };
}
