/** A secret that cannot slip into a log line: printing it in any way shows a placeholder. */

import { inspect } from 'node:util';

const placeholder = '[secret]';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself; to be passed straight to the client that needs it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  [inspect.custom](): string {
    return placeholder;
  }
}
