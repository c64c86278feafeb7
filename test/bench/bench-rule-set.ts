/**
 * The benchmark's rule set: any number of four-term rules over any number of pools, with a scorecard of fifteen lines, so that
 * the figures speak of real rule work. Deterministic. Leads with US states and the usual time frames spread over all the pools.
 */

export interface BenchRuleSetSize {
  readonly rules?: number;
  readonly pools?: number;
  readonly agentsPerPool?: number;
}

const TIME_FRAMES = ['WITHIN_3_MONTHS', 'MONTHS_4_TO_6', 'MONTHS_7_TO_12', 'LATER'] as const;
const REGIONS =
  'AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY'.split(
    ' ',
  );
const REGION_GROUPS = 10;

/** YAML of the rule set; it needs no table files. By default 50 rules, 20 pools, 10 agents each. */
export function benchRuleSetSource(size: BenchRuleSetSize = {}): string {
  const { rules = 50, pools = 20, agentsPerPool = 10 } = size;
  return [
    'name: bench',
    TABLES,
    SCORING,
    'rules:',
    ...numbers(rules).map((rule) => ruleText(rule, { rules, pools })),
    'lastResort: final-decision-makers',
    'destinations:',
    '  - { id: sales, kind: SALES }',
    '  - { id: call-center, kind: CALL_CENTER }',
    'pools:',
    ...numbers(pools).map((pool) => poolText(pool, agentsPerPool)),
    '  - { id: final-decision-makers, destination: sales, acceptWithin: 1d, agents: [{ id: head }, { id: deputy }] }',
    'policies: { linkWindow: 30d }',
    '',
  ].join('\n');
}

/**
 * Four fifths of the rules ask for five states, a time frame, a score and a vendor, the later ones for lower scores;
 * the last fifth take the rest of their states, so that only leads without a state fall through.
 */
function ruleText(rule: number, size: { readonly rules: number; readonly pools: number }): string {
  const specific = Math.max(1, size.rules - Math.max(REGION_GROUPS, Math.floor(size.rules / 5)));
  const round = Math.floor(rule / (REGION_GROUPS * TIME_FRAMES.length));
  const rounds = Math.ceil(specific / (REGION_GROUPS * TIME_FRAMES.length));
  const states = `lead.region in [${regionGroup(rule)
    .map((region) => `"${region}"`)
    .join(', ')}]`;
  const timeFrame = pick(TIME_FRAMES, Math.floor(rule / REGION_GROUPS));
  const minScore = round >= rounds - 1 ? -1_000 : (rounds - 1 - round) * 10;
  const when =
    rule < specific
      ? `${states} && lead.timeFrame == "${timeFrame}" && lead.score >= ${minScore} && lead.vendor != "nobody"`
      : `${states} && (lead.employeeCount >= 0 || lead.score >= -1000) && lead.vendor != "NONE"`;
  return `  - { id: rule-${rule}, when: '${when}', to: pool-${rule % size.pools} }`;
}

function regionGroup(rule: number): readonly string[] {
  return REGIONS.filter((_, index) => index % REGION_GROUPS === rule % REGION_GROUPS);
}

function poolText(pool: number, agents: number): string {
  const members = numbers(agents).map((agent) => `{ id: agent-${pool}-${agent}, weight: ${1 + (agent % 3)} }`);
  return `  - { id: pool-${pool}, destination: ${pool % 2 === 0 ? 'sales' : 'call-center'}, acceptWithin: 8h, agents: [${members.join(', ')}] }`;
}

const TABLES = `tables:
  territories:
    key: region
    rows: [${REGIONS.map((region, index) => `{ region: ${region}, territory: T${index % 5} }`).join(', ')}]
  topics:
    key: keyword
    rows: [{ keyword: price, topic: pricing }, { keyword: demo, topic: demo }, { keyword: not working, topic: support }, { keyword: firewall, topic: security }]
enrichment:
  defaultCountry: US
  territories: { table: territories, column: territory }
  topics: { table: topics, column: topic }`;

const SCORING = `scoring:
  limits: { company: { max: 25 } }
  lines:
    - { name: soon, when: lead.timeFrame == "WITHIN_3_MONTHS", points: 30 }
    - { name: this half, when: lead.timeFrame == "MONTHS_4_TO_6", points: 20 }
    - { name: this year, when: lead.timeFrame == "MONTHS_7_TO_12", points: 10 }
    - { name: never, when: lead.timeFrame == "NONE", points: -20 }
    - { name: decides, when: lead.authority == "DECIDES", points: 20 }
    - { name: recommends, when: lead.authority == "RECOMMENDS", points: 10 }
    - { name: no authority, when: lead.authority == "NONE", points: -15 }
    - { name: big budget, when: lead.budget >= 100000, points: 20 }
    - { name: some budget, when: lead.budget >= 20000 && lead.budget < 100000, points: 10 }
    - { name: large, when: lead.employeeCount >= 1000, points: 20, limit: company }
    - { name: revenue, when: lead.annualRevenue >= 50000000, points: 10, limit: company }
    - { name: asks, when: '"pricing" in lead.topics || "demo" in lead.topics', points: 10 }
    - { name: product, when: size(lead.productInterest) > 0, points: 5 }
    - { name: phone, when: lead.hasValidPhone, points: 5 }
    - { name: company mail, when: lead.hasValidEmail && !lead.emailIsFree, points: 5 }
  grades:
    - { grade: HOT, minScore: 65 }
    - { grade: NEED_INFORMATION, when: lead.timeFrame == "UNKNOWN" }
    - { grade: HIGH_POTENTIAL, minScore: 45 }
    - { grade: NEED_NURTURING, when: lead.timeFrame == "LATER" }
    - { grade: LOW_POTENTIAL }`;

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

function pick<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}
