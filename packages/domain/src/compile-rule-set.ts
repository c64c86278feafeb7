/** Compiles a rule set's YAML and tables into what the services ask: everything checked, all faults at once. */
import { type CelEnvironment, createCelEnvironment } from './cel/cel-environment.ts';
import { explainCondition } from './cel/explain-condition.ts';
import { type FactWords, FIXED_WORDS } from './cel/fact-words.ts';
import { type EngagementPolicy, NOT_ENGAGED } from './engagement.ts';
import { KNOWN_SEGMENTS } from './enrichment/company-size.ts';
import { readSegmentEntries, readSegments, type SegmentEntry } from './enrichment/declared-segments.ts';
import type { EnrichmentSources } from './enrichment/findings.ts';
import { enrichLead } from './enrichment/lead-enricher.ts';
import { type ReadEnrichment, readEnrichment } from './enrichment/read-enrichment.ts';
import type { Facts } from './facts.ts';
import { checkWaits } from './rule-set/check-waits.ts';
import type { Communication } from './rule-set/communication.ts';
import {
  entriesOf,
  type Fields,
  fieldsOf,
  isMapping,
  openDocument,
  type Place,
  type RuleSetDocument,
  textOf,
} from './rule-set/document.ts';
import { durationOf } from './rule-set/duration.ts';
import type { RuleSetExample } from './rule-set/example.ts';
import { type Accepted, readAccepted } from './rule-set/lint/accepted.ts';
import { lintRuleSet } from './rule-set/lint/lint-rule-set.ts';
import { readCalendars } from './rule-set/read-calendars.ts';
import { readCommunication } from './rule-set/read-communication.ts';
import { readExamples } from './rule-set/read-examples.ts';
import { checkPools, readDestinations, readPools } from './rule-set/read-pools.ts';
import { type CompiledRule, readLastResort, readRules } from './rule-set/read-rules.ts';
import { readTables } from './rule-set/reference-table.ts';
import { createRuleMatcher } from './rule-set/rule-matcher.ts';
import { zoneOf } from './rule-set/weekly-hours.ts';
import type { Destination, Pool, Rule, RuleMatch, RuleSet, RuleSetResult, RuleTrace } from './rule-set.ts';
import { readEngagement } from './scoring/read-engagement.ts';
import { readScorecard } from './scoring/read-scorecard.ts';
import { type Scorecard, scoreLead } from './scoring/score-lead.ts';

export interface RuleSetSource {
  /** The YAML document. */
  readonly source: string;
  /** CSV texts by the file name that the document uses. */
  readonly tables: ReadonlyMap<string, string>;
  /** SHA-256, hex. */
  readonly hash: (text: string) => string;
}

interface Parts {
  readonly name: string;
  readonly digest: string;
  readonly rules: readonly CompiledRule[];
  readonly lastResort: Rule;
  readonly destinations: ReadonlyMap<string, Destination>;
  readonly pools: ReadonlyMap<string, Pool>;
  readonly enrichment: EnrichmentSources;
  readonly scorecard: Scorecard;
  readonly linkWindowMs: number;
  readonly communication: Communication;
  readonly engagement: EngagementPolicy;
  readonly environment: CelEnvironment;
  readonly examples: readonly RuleSetExample[];
  readonly accepted: readonly Accepted[];
}

/** A second lead of one person within this time is linked, unless the rule set says otherwise. */
const DEFAULT_LINK_WINDOW_MS = 30 * 86_400_000;

/** Pure: the same source gives the same rule set. Never throws for a bad document. */
export function compileRuleSet(given: RuleSetSource): RuleSetResult {
  const { document, root, isBroken } = openDocument(given.source);
  if (isBroken) return { ok: false, faults: document.faults };
  const parts = readParts(document, root, given);
  if (parts === null || document.faults.length > 0) return { ok: false, faults: document.faults };
  return {
    ok: true,
    ruleSet: assemble(parts),
    examples: parts.examples,
    lint: (now) => lintRuleSet({ ...parts, document, root, now }),
  };
}

/** Digest of the document and of the tables in the order of their names, whatever their line ends. */
export function digestOf(given: RuleSetSource): string {
  const tables = [...given.tables].map(([name, text]) => [name, toUnixLines(text)]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return given.hash(JSON.stringify([toUnixLines(given.source), tables]));
}

function readParts(document: RuleSetDocument, root: Place, given: RuleSetSource): Parts | null {
  const fields = fieldsOf(document, root, {
    required: ['name', 'scoring', 'rules', 'destinations', 'pools', 'lastResort'],
    optional: [
      ...['description', 'zone', 'tables', 'enrichment', 'territories', 'segments', 'products', 'topics'],
      ...['policies', 'communication', 'calendars', 'examples', 'accepted'],
    ],
  });
  if (fields === null) return null;
  const name = textOf(document, fields.get('name'));
  const zone = zoneOf(document, fields.get('zone'), 'UTC');
  const tables = readTables(document, fields.get('tables'), given.tables);
  const segments = readSegmentEntries(document, fields.get('segments'));
  const { sources, names } = readEnrichment(document, fields.get('enrichment'), {
    tables,
    territories: fields.get('territories'),
    topics: fields.get('topics'),
    products: fields.get('products'),
    segments: segments.map(({ id }) => id),
  });
  const environment = createCelEnvironment(tables, wordsOf(names, segments));
  const enrichment: EnrichmentSources = { ...sources, findSegment: readSegments(document, segments, environment) };
  const scorecard = readScorecard(document, fields.get('scoring'), environment);
  const engagement = readEngagement(document, fields.get('scoring'));
  const calendars = readCalendars(document, fields.get('calendars'));
  const destinations = readDestinations(document, fields.get('destinations'), { zone, calendars });
  const pools = readPools(document, fields.get('pools'), { zone, calendars, destinations });
  checkPools(document, pools, destinations);
  const rules = readRules(document, fields.get('rules'), { pools, destinations, environment });
  checkWaits(document, pools, rules);
  const lastResort = readLastResort(document, fields.get('lastResort'), { pools, destinations });
  const linkWindowMs = readLinkWindow(document, fields.get('policies'));
  const communication = readCommunication(document, fields.get('communication'), {
    destinations,
    pools: [...pools.values()].map(({ value }) => value),
    rules: [...rules.map(({ rule }) => rule), ...(lastResort === null ? [] : [lastResort])],
  });
  const examples = examplesOf(document, fields, scorecard);
  const accepted = readAccepted(document, fields.get('accepted'));
  if (name === null || scorecard === null || lastResort === null) return null;
  return {
    name,
    digest: digestOf(given),
    rules,
    lastResort,
    destinations,
    pools: new Map([...pools].map(([poolId, pool]) => [poolId, pool.value])),
    environment,
    examples,
    accepted,
    enrichment,
    scorecard,
    linkWindowMs,
    communication,
    engagement,
  };
}

/** What facts can be, given what the rule set declares. */
function wordsOf({ territories, topics, products }: ReadEnrichment['names'], segments: readonly SegmentEntry[]): FactWords {
  return {
    ...FIXED_WORDS,
    segment: [...segments.map(({ id }) => id), ...KNOWN_SEGMENTS],
    products,
    ...(territories === null ? {} : { territory: territories }),
    ...(topics === null ? {} : { topics }),
  };
}

function examplesOf(document: RuleSetDocument, fields: Fields, scorecard: Scorecard | null): readonly RuleSetExample[] {
  const scoring = fields.get('scoring');
  const isRead = scoring !== null && isMapping(document, scoring);
  const grades = isRead ? entriesOf(document, scoring)?.find(({ key }) => key === 'grades') : undefined;
  const [rules, pools, destinations, examples] = [
    fields.get('rules'),
    fields.get('pools'),
    fields.get('destinations'),
    fields.get('examples'),
  ];
  return readExamples(document, { rules, grades: grades?.value ?? null, pools, destinations, examples }, scorecard);
}

function readLinkWindow(document: RuleSetDocument, place: Place | null): number {
  if (place === null) return DEFAULT_LINK_WINDOW_MS;
  const fields = fieldsOf(document, place, { optional: ['linkWindow'] });
  return durationOf(document, fields?.get('linkWindow') ?? null) ?? DEFAULT_LINK_WINDOW_MS;
}

function assemble(parts: Parts): RuleSet {
  const firstMatch = createRuleMatcher(parts.rules.map((rule) => rule.condition));
  const rules = [...parts.rules.map((compiled) => compiled.rule), parts.lastResort];
  const matches = rules.map((rule, index): RuleMatch => ({ rule, index }));
  const lastMatch: RuleMatch = { rule: parts.lastResort, index: parts.rules.length };
  return {
    name: parts.name,
    digest: parts.digest,
    rules,
    destinations: parts.destinations,
    pools: parts.pools,
    lastResortPool: parts.lastResort.to,
    linkWindowMs: parts.linkWindowMs,
    communication: parts.communication,
    engagement: parts.engagement,
    matchRule: (facts, from = 0) => matches[from === 0 ? firstMatch(facts) : nextMatch(parts.rules, facts, from)] ?? lastMatch,
    traceRules: (facts) => traceRules(parts, facts),
    enrich: (lead, person, hashIdentity) => enrichLead(parts.enrichment, { lead, person, hashIdentity }),
    score: (lead, enrichment, { isQualified, engagement = NOT_ENGAGED }) =>
      scoreLead(parts.scorecard, { lead, enrichment, isQualified, engagement }),
  };
}

/** Without the index: only a lead that a pool passes on at its cap comes here. */
function nextMatch(rules: readonly CompiledRule[], facts: Facts, from: number): number {
  for (let place = from; place < rules.length; place++) if (rules[place]?.condition.isMet(facts) === true) return place;
  return rules.length;
}

/** Asks every rule without the index: an explanation that disagreed with the match would show. */
function traceRules(parts: Parts, facts: Facts): readonly RuleTrace[] {
  const traces: RuleTrace[] = [];
  for (const { rule, condition } of parts.rules) {
    const matched = condition.truth(facts) === true;
    traces.push({ ruleId: rule.ruleId, matched, reason: explainCondition(condition, facts) });
    if (matched) return traces;
  }
  traces.push({ ruleId: parts.lastResort.ruleId, matched: true, reason: 'no rule before it matched' });
  return traces;
}

function toUnixLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}
