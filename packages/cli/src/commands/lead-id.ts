/** Lead ids as people give them. */
import { asLeadId, isUuid } from '@lead-router/contracts/ids.ts';
import type { LeadId } from '@lead-router/domain/lead.ts';
import { InvalidArgumentError } from 'commander';

/** For arguments. */
export function leadIdArgument(text: string): LeadId {
  const id = text.trim().toLowerCase();
  if (isUuid(id)) return asLeadId(id);
  throw new InvalidArgumentError("A lead id looks like 3f2c9a4e-5d0c-5b7e-8a0f-64f7c8d91b23; the gateway's answer has it as leadId.");
}
