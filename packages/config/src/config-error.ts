/** Bad configuration as one error that names every fault at once. */

export interface ConfigFault {
  /** The environment variable. */
  readonly variable: string;
  /** What is wrong, and an example of what would be right. Never the value of a secret. */
  readonly message: string;
}

/** The process should print the message and end with `exitCode` (sysexits EX_CONFIG). */
export class ConfigError extends Error {
  readonly exitCode = 78;
  readonly code = 'LR_CONFIG_INVALID';
  readonly faults: readonly ConfigFault[];

  constructor(faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${fault.variable}: ${fault.message}`);
    super(`${faults.length} fault(s) in the environment:\n${lines.join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}
