/**
 * Batches decided again from their records, after everything has come to rest: all that they wrote comes out the same, down to the bytes that
 * were kept for Kafka, and what one left is what the next one found. Nobody has written over what somebody else wrote.
 */
import { isDeepStrictEqual } from 'node:util';
import { TOPICS } from '@lead-router/contracts/topics.ts';
import { decideBatch } from '@lead-router/domain/decide-batch.ts';
import { NO_OUTCOMES, type OutcomeCounts } from '@lead-router/domain/margin/conversion.ts';
import { sumOf } from '@lead-router/domain/margin/conversion-book.ts';
import type { BatchOutcome, BatchSnapshot } from '@lead-router/domain/routing-model.ts';
import { batchOutputs } from '@lead-router/router/batch-outputs.ts';
import type { InboxMessage } from '@lead-router/router/router-wire.ts';
import { decodeOutputs, encodeOutputs } from '@lead-router/router/stored-outputs.ts';
import { type BatchBody, decodeBatchBody } from '@lead-router/store/batch-body.ts';
import type { BatchRecord } from '@lead-router/store/router-store.ts';
import { simulationRuleSet } from './simulation-rules.ts';
import { ROUTER_DEAD_LETTERS, type World } from './world.ts';

interface DecidedAgain {
  readonly batch: BatchRecord;
  readonly body: BatchBody;
  readonly outcome: Extract<BatchOutcome, { readonly kind: 'DECIDED' }>;
}

export async function violationsOfRecords(world: World): Promise<readonly string[]> {
  const batches: DecidedAgain[] = [];
  for (const { body: bytes, ...batch } of world.database.batches.values()) {
    const { ruleSetVersion } = batch;
    const body = decodeBatchBody(bytes);
    const outcome = decideBatch({
      ruleSet: simulationRuleSet(ruleSetVersion),
      ruleSetVersion,
      ...body,
      eventId: world.codecs.wire.eventId,
    });
    if (outcome.kind !== 'DECIDED') return [`batch ${batch.batchId} lacks in its record what it was decided from`];
    batches.push({ batch, body, outcome });
  }
  return [...conversionsWrong(world, batches), ...rowsOverwritten(world, batches), ...(await outputsUnlikeRecords(world, batches))];
}

/** What came of leads is counted once, whatever was repeated, torn or decided again: all batches together add just what is there. */
function conversionsWrong({ database, scheduler }: World, batches: readonly DecidedAgain[]): readonly string[] {
  const expected = new Map<string, OutcomeCounts>();
  for (const { outcome } of batches) {
    for (const { key, ...counts } of outcome.writes.outcomes ?? []) expected.set(key, sumOf(expected.get(key) ?? NO_OUTCOMES, counts));
  }
  if (expected.size > 0) scheduler.count('outcomes counted');
  return isDeepStrictEqual(expected, new Map([...expected.keys()].map((key) => [key, database.conversions.get(key)]))) &&
    expected.size === database.conversions.size
    ? []
    : [`conversions are ${JSON.stringify([...database.conversions])}, by the records ${JSON.stringify([...expected])}`];
}

/**
 * Each row: as often as it was left in a state, another batch found it in that state, but for the one in which it is now. So no batch went
 * by what had been written over since, be it the owner of an account that many ask for at once.
 */
function rowsOverwritten({ database, scheduler }: World, batches: readonly DecidedAgain[]): readonly string[] {
  const books = new Map<string, Map<string, number>>();
  const count = (name: string, row: object | undefined, by: number): void => {
    const book = books.get(name) ?? new Map<string, number>();
    const state = stateOf(row);
    books.set(name, book.set(state, (book.get(state) ?? 0) + by));
  };
  const owners = new Map<string, Set<string | null>>();
  for (const { body, outcome } of batches) {
    for (const { name, found, left } of changesOf(body.snapshot, outcome)) {
      count(name, found, -1);
      count(name, left, 1);
    }
    for (const { identity, lastAgentId } of outcome.writes.identities) {
      if (identity.startsWith('account:')) owners.set(identity, (owners.get(identity) ?? new Set()).add(lastAgentId));
    }
  }
  for (const agents of owners.values()) scheduler.count(agents.size > 1 ? 'account changed hands' : 'account has an owner');
  const { identities, destinations, leads } = database;
  for (const [key, row] of identities) count(`identity ${key}`, row, -1);
  for (const [key, row] of destinations) count(`destination ${key}`, row, -1);
  for (const [key, row] of leads) count(`lead ${key}`, row, -1);
  return [...books].flatMap(([name, book]) => {
    // Nobody left the row that was not there.
    const open = [...book].filter(([state, times]) => times !== (state === NOTHING ? -1 : 0));
    return open.length === 0 ? [] : [`${name} was left as nobody found it, or found as nobody left it: ${JSON.stringify(open)}`];
  });
}

interface Change {
  readonly name: string;
  readonly found: object | undefined;
  readonly left: object;
}

function changesOf(snapshot: BatchSnapshot, { writes }: DecidedAgain['outcome']): readonly Change[] {
  return [
    ...writes.identities.map((left) => ({ name: `identity ${left.identity}`, found: snapshot.identities.get(left.identity), left })),
    ...writes.destinations.map((left) => ({
      name: `destination ${left.destinationId}`,
      found: snapshot.destinations.get(left.destinationId),
      left,
    })),
    ...writes.leads.map((left) => ({ name: `lead ${left.leadId}`, found: snapshot.leads.get(left.leadId), left })),
  ];
}

const NOTHING = 'none';

/** Fields in the order of their names; what is not there is not told from what is undefined. */
function stateOf(row: object | undefined): string {
  if (row === undefined) return NOTHING;
  return JSON.stringify(row, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

/** The last batch of each partition is kept as the bytes that Kafka got. The contexts are those of its leads as they stand. */
async function outputsUnlikeRecords(world: World, batches: readonly DecidedAgain[]): Promise<readonly string[]> {
  const { broker, database, codecs } = world;
  const byPlace = new Map(batches.map((one) => [`${one.batch.partition}/${one.batch.to}`, one]));
  const faults: string[] = [];
  for (const log of broker.logs(TOPICS.inbox.topic)) {
    const { partition } = log.at;
    const { stored } = database.partition(partition);
    const again = stored === null ? undefined : byPlace.get(`${partition}/${stored.to}`);
    // Without inputs there is no record: all of it were repeats, or refused.
    if (stored === null || again === undefined) continue;
    const { batch, body, outcome } = again;
    const answers = await codecs.wire.read(log.committed());
    const known = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.message.eventId, answer.message] as const] : [])));
    const headers = new Map(answers.flatMap((answer) => (answer.ok ? [[answer.message.offset, answer.message.headers] as const] : [])));
    const messages = body.inputs.flatMap(({ eventId, offset }): InboxMessage[] => {
      const message = known.get(eventId);
      // One that was kept for its lead goes out under the headers of the submission behind which it was put.
      return message === undefined ? [] : [{ ...message, headers: headers.get(offset) ?? {} }];
    });
    await codecs.wire.prepareStored(database.contexts.values());
    const contexts = new Map([...database.contexts].map(([leadId, context]) => [leadId, codecs.wire.fromStored(context)]));
    // Dead letters are of records that no batch holds.
    const made = batchOutputs(codecs.wire, { outcome, messages, contexts, batch, refused: [] });
    const kept = decodeOutputs(stored.outputs).filter(({ topic }) => topic !== ROUTER_DEAD_LETTERS);
    if (!encodeOutputs(made).equals(encodeOutputs(kept)))
      faults.push(`the outputs kept of batch ${batch.batchId} are not those of its record`);
    else world.scheduler.count('outputs made again');
  }
  return faults;
}
