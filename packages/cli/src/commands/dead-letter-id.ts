/** How a dead letter is named: `gateway/0/17` is offset 17 of partition 0 of the gateway's topic. */
import type { ServiceName } from '@lead-router/contracts/topics.ts';
import type { DeadLetterPlace } from '@lead-router/store/redrive-store.ts';
import { InvalidArgumentError } from 'commander';
import { DEAD_LETTER_SERVICES } from '../audit/audit-cut.ts';

export interface DeadLetterId extends DeadLetterPlace {
  readonly service: ServiceName;
}

const ID = /^([a-z]+)\/(\d{1,6})\/(\d{1,15})$/;

export function deadLetterIdText({ service, partition, offset }: DeadLetterPlace): string {
  return `${service}/${partition}/${offset}`;
}

/** For arguments. */
export function deadLetterIdArgument(text: string): DeadLetterId {
  const [, name, partition, offset] = ID.exec(text.trim()) ?? [];
  const service = DEAD_LETTER_SERVICES.find((one) => one === name);
  if (service !== undefined) return { service, partition: Number(partition), offset: Number(offset) };
  throw new InvalidArgumentError('A dead letter is named like gateway/0/17; `lead-router dead-letters list` has the names.');
}

/** For arguments that may come several times. */
export function deadLetterIdsArgument(text: string, before: readonly DeadLetterId[] | undefined): readonly DeadLetterId[] {
  return [...(before ?? []), deadLetterIdArgument(text)];
}
