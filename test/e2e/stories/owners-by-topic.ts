/** Who was given leads, as whoever follows the topic of decisions sees it. */
import { eventually, type Scenario } from '../scenario.ts';

/** In the order of the references: the agent of each lead's first decision. Waits until all are published. */
export function ownersByTopic(scenario: Scenario, references: readonly string[]): Promise<readonly (string | null)[]> {
  return eventually(`${references.length} leads are decided`, async () => {
    const first = (await scenario.decisions()).filter(({ revision }) => revision === 1);
    const owners = new Map(first.map(({ envelope, agentId }) => [envelope.leadId, agentId]));
    const ids = references.map((reference) => scenario.leadId(reference));
    return ids.every((leadId) => owners.has(leadId)) ? ids.map((leadId) => owners.get(leadId) ?? null) : null;
  });
}

/** Leads by agent; who has none is not named. */
export async function countsByTopic(scenario: Scenario, references: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const owners = await ownersByTopic(scenario, references);
  return Object.fromEntries([...Map.groupBy(owners, (owner) => owner ?? 'nobody')].map(([agentId, leads]) => [agentId, leads.length]));
}
