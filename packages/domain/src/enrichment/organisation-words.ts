/**
 * What a company's name says about what it is: a government and its level, or a school. Whole words in a row, chosen so that
 * businesses ("State Farm", "City National Bank") do not have them; a name with a legal form is a business anyway.
 */
import type { Government } from './government-domains.ts';
import { createTopicMatcher, type TopicKeyword } from './topic-matcher.ts';
import { US_STATE_NAMES } from './us-regions.ts';

export interface NameReading {
  readonly government: { readonly level: Government; readonly keyword: string } | null;
  /** The words that tell a school; null for none. */
  readonly education: string | null;
}

export type NameReader = (name: string) => NameReading;

const FEDERAL = [
  ...['us', 'u s', 'united states'].flatMap((country) =>
    'army,navy,air force,space force,marine corps,coast guard,department of,house of representatives,senate,postal service,forest service,embassy,attorney,courts,district court,geological survey,customs and border protection'
      .split(',')
      .map((body) => `${country} ${body}`),
  ),
  ...'department of defense,department of homeland security,department of veterans affairs,department of the interior,department of the treasury,department of the army,department of the navy,department of the air force,veterans affairs medical center,internal revenue service,social security administration,federal bureau of investigation,federal aviation administration,federal emergency management agency,federal government,general services administration,national aeronautics and space administration,national institutes of health,centers for disease control,bureau of land management,army corps of engineers,national park service,small business administration'.split(
    ',',
  ),
];
const STATE = [
  ...US_STATE_NAMES.flatMap((state) => [`state of ${state}`, `${state} department of`, `${state} state police`, `${state} national guard`]),
  ...'massachusetts,pennsylvania,virginia,kentucky'.split(',').map((state) => `commonwealth of ${state}`),
  ...'department of motor vehicles,state legislature,office of the attorney general,office of the governor,state department of,state government,state police,highway patrol'.split(
    ',',
  ),
];
const LOCAL =
  'city of,county of,town of,village of,borough of,township of,municipality of,city hall,city council,county council,county sheriff,county government,county commissioners,board of supervisors,sheriff s office,police department,fire department,fire district,water district,parks and recreation,public works department,housing authority,port authority,transit authority,public library,metropolitan council'.split(
    ',',
  );
const EDUCATION =
  'university,universities,college,school district,public schools,high school,elementary school,middle school,grammar school,community college,institute of technology,polytechnic,board of education,department of education'.split(
    ',',
  );
/** Names that have the words and are something else. */
const NEITHER = ['city of hope', 'university federal credit union', 'college board'];

const BUSINESS = /\b(?:inc|incorporated|corp|corporation|llc|l\.l\.c|ltd|limited|plc|gmbh|lp|llp|company|co|bank|credit union)\.?\s*$/i;
const NOTHING: NameReading = { government: null, education: null };
const LEVELS: Readonly<Record<string, Government>> = { FEDERAL: 'FEDERAL', STATE: 'STATE', LOCAL: 'LOCAL' };

/** `more`: keywords of the rule set's own, with the level as topic; they count for businesses too. */
export function createNameReader(more: readonly TopicKeyword[]): NameReader {
  const own = createTopicMatcher(more);
  const match = createTopicMatcher([
    ...FEDERAL.map((keyword) => ({ keyword, topic: 'FEDERAL' })),
    ...STATE.map((keyword) => ({ keyword, topic: 'STATE' })),
    ...LOCAL.map((keyword) => ({ keyword, topic: 'LOCAL' })),
    ...EDUCATION.map((keyword) => ({ keyword, topic: 'EDUCATION' })),
    ...NEITHER.map((keyword) => ({ keyword, topic: 'NEITHER' })),
  ]);
  return (name) => {
    const [given] = more.length === 0 ? [] : own([name]);
    const level = given === undefined ? undefined : LEVELS[given.topic];
    if (given !== undefined && level !== undefined) return { government: { level, keyword: given.keyword }, education: null };
    const hits = match([name]);
    if (hits.length === 0 || BUSINESS.test(name) || hits.some((hit) => hit.topic === 'NEITHER')) return NOTHING;
    const education = hits.find((hit) => hit.topic === 'EDUCATION')?.keyword ?? null;
    // The most central level that the words name: "Texas Department of Public Safety, City of Austin office" is the state's.
    for (const wanted of ['FEDERAL', 'STATE', 'LOCAL'] as const) {
      const hit = hits.find((found) => found.topic === wanted);
      if (hit !== undefined) return { government: { level: wanted, keyword: hit.keyword }, education };
    }
    return { government: null, education };
  };
}
