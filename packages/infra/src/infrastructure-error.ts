// One error type for everything that can go wrong while finding or starting infrastructure,
// so that callers print `message` as it is: it names the part and what to do next.

export type InfrastructureErrorCode =
  | 'LR_INFRA_UNREACHABLE'
  | 'LR_INFRA_PREREQUISITE'
  | 'LR_INFRA_DOWNLOAD'
  | 'LR_INFRA_START'
  | 'LR_INFRA_CONFIG';

export class InfrastructureError extends Error {
  readonly code: InfrastructureErrorCode;

  constructor(code: InfrastructureErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = 'InfrastructureError';
    this.code = code;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
