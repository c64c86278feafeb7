/** The gateway's topology, pinned: a change of topics, groups or steps is a change of this text. */
import { openCodec } from '@lead-router/contracts/codec.ts';
import { createMemorySchemas } from '@lead-router/contracts/schema-source.ts';
import { printTopology } from '@lead-router/stream/topology.ts';
import { describe, expect, it } from 'vitest';
import { DIGESTS, openCodecs } from './test-gateway.test-support.ts';
import { gatewayTopology } from './topology.ts';

async function topologyWith(vendors: readonly string[], systems: readonly string[]) {
  const schemas = createMemorySchemas();
  return gatewayTopology({
    ...(await openCodecs()),
    ...{ version: '1.2.3', vendors, systems, digests: DIGESTS, now: Date.now, recordSubmissions: async () => undefined },
    leadIntake: await openCodec(schemas, { subject: 'leads', record: 'LeadIntake' }),
    activityIntake: await openCodec(schemas, { subject: 'activities', record: 'ActivityIntake' }),
  });
}

describe('the topology', () => {
  it('is this', async () => {
    const { description } = await topologyWith(['acme-media', 'leadwave'], ['crm']);
    expect(printTopology(description)).toBe(`\
gateway 1.2.3: takes leads and activities in, and says of each whether it is accepted or exactly why not
  source lead-intake <- lead.intake.acme-media.v1, lead.intake.leadwave.v1 (group lead-router-gateway; breaker quarantines the topic)
    delivery at-least-once, offsets committed after the acknowledgement
    step decode: bytes to a value, whatever version wrote them
    step parse: the same rule as at the HTTP door; the topic says which vendor it is
    step record -> submissions: a row for each lead; a repeat changes nothing
    step encode -> submitted: the lead to bytes, under its id
  source activity-intake <- activity.intake.crm.v1 (group lead-router-gateway-activities; breaker quarantines the topic)
    delivery at-least-once, offsets committed after the acknowledgement
    step decode: bytes to a value, whatever version wrote them
    step parse: the same rule as at the HTTP door; the topic says which system it is
    step encode -> inbox: the activity to bytes, under the id of its lead
  source post-leads <- http: POST /v1/leads
    delivery at-least-once, offsets committed after the acknowledgement
    step read: lines of the body, each readable or refused by itself
    step claim: the idempotency key: one works, everybody gets its answer
    step grant: the vendor's daily cap
    step produce -> submitted: new leads, acknowledged by all replicas
    step record -> submissions: a row for each lead, before the 202
  source post-activities <- http: POST /v1/activities
    delivery at-least-once, offsets committed after the acknowledgement
    step read: lines of the body, each readable or refused by itself
    step produce -> inbox: activities, acknowledged by all replicas
  source answer-links <- http: GET and POST /answers/{token}
    delivery at-least-once, offsets committed after the acknowledgement
    step read: the signed token, and whether the assignment is still current; GET ends here
    step produce -> inbox: one activity, however often the link is used
  sink submitted -> lead.submitted.v1
  sink submissions -> table submissions
  sink inbox -> lead.inbox.v1
  dead letters -> gateway.dead-letter.v1
`);
  });

  it('has no flow for topics that nobody publishes to', async () => {
    const { description, flows } = await topologyWith([], []);
    expect(flows).toEqual([]);
    expect(description.flows.map(({ source }) => source.name)).toEqual(['post-leads', 'post-activities', 'answer-links']);
  });
});
