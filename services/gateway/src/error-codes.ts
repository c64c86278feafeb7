/** Every code the gateway answers with, in one closed list: its HTTP status and what it means, for answers and for the API's documentation. */
import type { SubmissionFaultCode } from '@lead-router/contracts/submission-faults.ts';

interface ErrorEntry {
  readonly status: number;
  /** For somebody who reads the documentation; the answer itself says what to do next. */
  readonly meaning: string;
}

/** Refuses a whole request. */
export const REQUEST_CODES = {
  LR_GATEWAY_BODY_UNREADABLE: { status: 400, meaning: 'The body is not JSON in UTF-8, or the request is no proper HTTP.' },
  LR_GATEWAY_BODY_EMPTY: { status: 400, meaning: 'The body holds nothing to accept.' },
  LR_GATEWAY_IDEMPOTENCY_KEY_MALFORMED: {
    status: 400,
    meaning: 'Idempotency-Key is not 1 to 200 visible ASCII characters without spaces.',
  },
  LR_GATEWAY_API_KEY_MISSING: { status: 401, meaning: 'No API key was sent.' },
  LR_GATEWAY_API_KEY_UNKNOWN: { status: 401, meaning: 'The API key is unknown, has run out or was revoked.' },
  LR_GATEWAY_SCOPE_MISSING: { status: 403, meaning: 'The API key has not the scope that this needs.' },
  LR_GATEWAY_VENDOR_INACTIVE: { status: 403, meaning: 'The vendor is switched off.' },
  LR_GATEWAY_LEAD_UNKNOWN: { status: 404, meaning: 'There is no such lead of this vendor.' },
  LR_GATEWAY_ROUTE_UNKNOWN: { status: 404, meaning: 'There is no such address; /openapi.json has them all.' },
  LR_GATEWAY_IN_FLIGHT: {
    status: 409,
    meaning: 'Another request with this Idempotency-Key is still being worked on; its lead ids are in the answer.',
  },
  LR_GATEWAY_BODY_TOO_LARGE: { status: 413, meaning: 'The body is larger than allowed.' },
  LR_GATEWAY_BATCH_TOO_LARGE: { status: 413, meaning: 'The batch has more lines than allowed.' },
  LR_GATEWAY_CONTENT_TYPE: { status: 415, meaning: 'The content type is neither application/json nor application/x-ndjson.' },
  LR_GATEWAY_IDEMPOTENCY_CONFLICT: { status: 422, meaning: 'The Idempotency-Key was used before with another payload.' },
  LR_GATEWAY_ALL_REFUSED: { status: 422, meaning: 'No line could be accepted; each is named with its faults.' },
  LR_GATEWAY_QUOTA_EXCEEDED: {
    status: 429,
    meaning: "The vendor's daily cap is reached; the answer says when it reopens. On a line: the cap was reached before it.",
  },
  LR_GATEWAY_RATE_LIMITED: { status: 429, meaning: 'Too many requests in a short time.' },
  LR_GATEWAY_INTERNAL: { status: 500, meaning: 'A fault of the gateway; the request id finds it in the log.' },
  LR_GATEWAY_UNAVAILABLE: {
    status: 503,
    meaning: 'Kafka or Postgres does not answer. Nothing was promised; the same request again makes no second lead.',
  },
  LR_GATEWAY_OVERLOADED: { status: 503, meaning: 'More work is waiting than the gateway takes on.' },
  LR_GATEWAY_STOPPING: { status: 503, meaning: 'This instance is being stopped; another one takes the request.' },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

/** Refuses one line: what is wrong outside of its fields. */
export const LINE_CODES = {
  LR_GATEWAY_LINE_UNREADABLE: 'The line is not JSON in UTF-8.',
  LR_GATEWAY_LINE_TOO_DEEP: 'Objects and lists lie deeper in each other than anything that is accepted.',
} as const;

/** Refuses one line: what is wrong with a field. */
export const FIELD_CODES = {
  LR_LEAD_NOT_AN_OBJECT: 'It is no JSON object.',
  LR_LEAD_REFERENCE_MISSING: "It has neither the vendor's reference nor an Idempotency-Key to be named by.",
  LR_LEAD_VENDOR_MISMATCH: 'It names another vendor than the one that sends it.',
  LR_LEAD_FIELD_UNKNOWN: 'There is no such field.',
  LR_LEAD_FIELD_MISSING: 'A field is missing.',
  LR_LEAD_FIELD_TYPE: 'The value has another type than the field.',
  LR_LEAD_FIELD_TOO_LONG: 'The text is too long.',
  LR_LEAD_FIELD_RANGE: 'The number or time is out of range.',
  LR_LEAD_FIELD_VALUE: 'The value is not one of those allowed.',
  LR_LEAD_TOO_MANY_ITEMS: 'A list or the attributes have too many items.',
} as const satisfies Readonly<Record<SubmissionFaultCode, string>>;

/** On dead letters of the intake topics, beside the field codes, the codec's, and the two that a line can have. */
export const DEAD_LETTER_CODES = {
  LR_GATEWAY_VALUE_REFUSED: 'Postgres refuses a value of the lead.',
} as const;

export type RequestCode = keyof typeof REQUEST_CODES;
/** The daily cap can end in the middle of a batch. */
export type LineCode = keyof typeof LINE_CODES | SubmissionFaultCode | 'LR_GATEWAY_QUOTA_EXCEEDED';

/** In the order of the documentation. */
export const LINE_CODE_LIST = [
  ...keysOf(LINE_CODES),
  ...keysOf(FIELD_CODES),
  'LR_GATEWAY_QUOTA_EXCEEDED',
] as const satisfies readonly LineCode[];
export const REQUEST_CODE_LIST: readonly RequestCode[] = keysOf(REQUEST_CODES);

/** What is wrong with one line. `field` is a dotted path, empty for the whole line; the message never repeats a value. */
export interface LineFault {
  readonly code: LineCode;
  readonly field: string;
  readonly message: string;
}

function keysOf<T extends object>(entries: T): readonly (keyof T & string)[] {
  return Object.keys(entries).filter((key): key is keyof T & string => key in entries);
}
