/** One finding on its way into an enrichment, and what a rule set gives to find by. */
import type { AccountMatcher } from './account-matcher.ts';
import type { FindSegment } from './declared-segments.ts';
import type { Government } from './government-domains.ts';
import type { LanguageDetector } from './language-detector.ts';
import type { NameReader } from './organisation-words.ts';
import type { FindTerritory } from './territory-book.ts';
import type { TopicMatcher } from './topic-matcher.ts';

export interface Guess<T extends string = string> {
  readonly value: T;
  /** The table, library or rule it came from. */
  readonly source: string;
  /** 0 to 1. */
  readonly confidence: number;
}

/** What the rule set gives to enrichment; empty parts add nothing. */
export interface EnrichmentSources {
  /** For phone numbers without country, and regions without country. ISO 3166-1 alpha-2. */
  readonly defaultCountry: string | null;
  /** By registered domain, lower case. */
  readonly government: { readonly table: string; readonly levels: ReadonlyMap<string, Government> } | null;
  readonly readName: NameReader;
  readonly matchAccount: AccountMatcher | null;
  readonly findTerritory: FindTerritory | null;
  readonly matchTopics: TopicMatcher | null;
  /** Ids of products by their names and synonyms. */
  readonly matchProducts: TopicMatcher | null;
  /** Segments that the rule set declares; asked before those that need no declaration. */
  readonly findSegment: FindSegment | null;
  /** Industry by what leads call it. */
  readonly industries: { readonly table: string; industryOf(said: string): string | undefined } | null;
  /** null unless the rule set asks for languages. */
  readonly detectLanguage: LanguageDetector | null;
  readonly smallBusinessEmployees: number;
}
