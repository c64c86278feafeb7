/**
 * Destinations whose server does not answer are left alone for a while, so that their time-outs do not take the places of
 * deliveries to others. Their deliveries wait in the table, and use up no attempts.
 */

export interface RestingDestinations {
  readonly names: () => readonly string[];
  /** How an attempt ended: whether the server answered at all, whatever it said. */
  readonly note: (destinationId: string, how: { readonly isReached: boolean }) => void;
}

export interface RestOptions {
  readonly now: () => number;
  readonly restMs: number;
  /** So many in a row without an answer. */
  readonly failures: number;
}

interface Record {
  readonly failures: number;
  readonly restsUntil: number;
}

export function createRestingDestinations({ now, restMs, failures }: RestOptions): RestingDestinations {
  const records = new Map<string, Record>();
  return {
    names: () => [...records].filter(([, { restsUntil }]) => restsUntil > now()).map(([destinationId]) => destinationId),
    note: (destinationId, { isReached }) => {
      if (isReached) {
        records.delete(destinationId);
        return;
      }
      const failed = (records.get(destinationId)?.failures ?? 0) + 1;
      records.set(destinationId, { failures: failed, restsUntil: failed >= failures ? now() + restMs : 0 });
    },
  };
}
