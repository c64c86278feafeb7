// What the three ways to get a part (external, container, local process) have in common.

import type { LocalPart } from './local-part.ts';
import type { PartName } from './part-name.ts';
import type { PortBook } from './ports.ts';

export type Provider = 'external' | 'containers' | 'local';

export interface RunningPart {
  readonly provider: Provider;
  /** Kafka: brokers separated by commas. Registry: base of its Confluent-compatible API. Postgres: connection URL. */
  readonly address: string;
  readonly logFile?: string;
  readonly local?: LocalPart;
  /** Idempotent. */
  stop(): Promise<void>;
}

export interface StartOptions {
  /** Of this run alone. */
  readonly dataFolder: string;
  readonly ports: PortBook;
  readonly env: NodeJS.ProcessEnv;
  /** The data need not survive: nothing is forced to disk. */
  readonly memory: boolean;
  readonly onProgress: (line: string) => void;
  readonly onCrash: (part: PartName, detail: string) => void;
}
