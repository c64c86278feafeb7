/**
 * Answers that hold for a span of time, kept until others push them out. A few of them, because a deadline looks some days ahead
 * and must not make the answer for today be worked out anew with every lead.
 */

/** A half-open span of time in which something holds. Milliseconds since the epoch. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const MOST_SPANS = 24;

export class SpanMemo<S extends Span> {
  readonly #spans: S[] = [];
  #next = 0;

  /** null: no kept span holds at `now`. */
  find(now: number): S | null {
    for (const span of this.#spans) if (span.from <= now && now < span.to) return span;
    return null;
  }

  keep(span: S): S {
    this.#spans[this.#next] = span;
    this.#next = (this.#next + 1) % MOST_SPANS;
    return span;
  }
}
