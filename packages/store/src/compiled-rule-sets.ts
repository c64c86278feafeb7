/**
 * The rule sets of one process: loaded by version, compiled once, and told to the others, so that a version becomes
 * active only when every live instance can use it.
 */
import type { RuleSet } from '@lead-router/domain/rule-set.ts';

/** Published, hence immutable. */
export interface RuleSetDocument {
  readonly version: number;
  readonly source: string;
  readonly tables: ReadonlyMap<string, string>;
}

/** What this needs of the store. */
export interface RuleSetReader {
  activeVersion(): Promise<number | null>;
  newestVersion(): Promise<number | null>;
  load(version: number): Promise<RuleSetDocument | null>;
  /** This instance is alive and has compiled everything up to that version. */
  reportCompiled(version: number): Promise<void>;
}

export interface CompiledRuleSets {
  /** Loads and compiles the active version. Throws while none is active. */
  start(): Promise<void>;
  /** Once a second or so: compiles what was published since, reports it, and follows the activation. */
  refresh(): Promise<void>;
  /** The version that was active when somebody last looked; only a batch's transaction knows for certain. */
  believedVersion(): number;
  /** Told by a batch that found another one active. */
  noteActive(version: number): void;
  /** Compiles it if that has not happened yet. */
  get(version: number): Promise<RuleSet>;
  /** For pure steps: the believed version, compiled. */
  current(): { readonly version: number; readonly ruleSet: RuleSet };
}

export interface CompiledRuleSetsOptions {
  readonly reader: RuleSetReader;
  /** Throws for a document with faults: a published one has none. */
  readonly compile: (document: RuleSetDocument) => RuleSet;
}

/** The active version, its predecessor and a candidate: older ones are compiled again when asked for. */
const KEPT_VERSIONS = 4;

export function createCompiledRuleSets({ reader, compile }: CompiledRuleSetsOptions): CompiledRuleSets {
  const compiled = new Map<number, Promise<RuleSet>>();
  let current: { readonly version: number; readonly ruleSet: RuleSet } | null = null;
  let believed = 0;

  const get = (version: number): Promise<RuleSet> => {
    const known = compiled.get(version);
    if (known !== undefined) return known;
    const loading = reader.load(version).then((document) => {
      if (!document) throw new Error(`rule set version ${version} is not in the store`);
      return compile(document);
    });
    compiled.set(version, loading);
    // A failure to load is not an answer to keep.
    loading.catch(() => compiled.delete(version));
    if (compiled.size > KEPT_VERSIONS) {
      const oldest = [...compiled.keys()].find((candidate) => candidate !== version && candidate !== believed);
      if (oldest !== undefined) compiled.delete(oldest);
    }
    return loading;
  };

  const follow = async (version: number): Promise<void> => {
    current = { version, ruleSet: await get(version) };
    believed = version;
  };

  return {
    start: async () => {
      const active = await reader.activeVersion();
      if (active === null) throw new Error('no rule set is active: publish one with `lead-router rules publish FILE`');
      await follow(active);
      const newest = (await reader.newestVersion()) ?? active;
      await get(newest);
      await reader.reportCompiled(newest);
    },
    refresh: async () => {
      const newest = await reader.newestVersion();
      if (newest !== null) {
        await get(newest);
        await reader.reportCompiled(newest);
      }
      const active = await reader.activeVersion();
      if (active !== null && active !== current?.version) await follow(active);
    },
    believedVersion: () => believed,
    noteActive: (version) => {
      believed = version;
    },
    get,
    current: () => {
      if (!current) throw new Error('the rule sets were not started');
      return current;
    },
  };
}
