/**
 * Bugs planted in the real code, to prove that the simulator finds them. Production code has no switches: each bug is a list of
 * edits that a load hook applies to the source of a module on its way into the simulator's process, and nowhere else. Text that
 * is not found exactly once is an error, so that no refactoring disarms a bug unnoticed.
 *
 * Imports nothing of the project: whatever is imported before the hook is in place would be loaded without the bug.
 */
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

export interface SourceEdit {
  /** From the root of the repository. */
  readonly file: string;
  /** Any white space in it stands for any white space. */
  readonly find: string;
  readonly replace: string;
}

export interface PlantedBug {
  readonly name: string;
  /** What somebody would have got wrong. */
  readonly mistake: string;
  /** In this order, each on what the one before left. */
  readonly edits: readonly SourceEdit[];
}

const TASK = 'packages/stream/src/exactly-once-task.ts';
const ATTEMPT = 'services/router/src/attempt-batch.ts';

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: 'emit-before-write',
    mistake: 'The Kafka half goes out without waiting for the commit in Postgres, which may fail.',
    edits: [{ file: ATTEMPT, find: 'await transaction.commit();', replace: 'void transaction.commit().catch(() => undefined);' }],
  },
  {
    name: 'no-fence',
    mistake: 'Each assignment has a transactional id of its own: a new producer neither fences the old one nor settles its transaction.',
    edits: [
      {
        file: TASK,
        find: 'options.transactionalIdPrefix}-',
        replace: 'options.random()}-',
      },
    ],
  },
  {
    name: 'offset-read-before-fencing',
    mistake: 'The committed offset is read before the producer is connected: a transaction that is settled later moves it.',
    edits: [
      {
        file: TASK,
        find: 'const committed = await options.kafka.admin.committedOffset(options.groupId, { topic: options.topic, partition });',
        replace: '',
      },
      {
        file: TASK,
        find: 'const producer = await options.kafka.transactionalProducer(',
        replace:
          'const committed = await options.kafka.admin.committedOffset(options.groupId, { topic: options.topic, partition });\nconst producer = await options.kafka.transactionalProducer(',
      },
    ],
  },
  {
    name: 'epoch-not-locked',
    mistake: 'Epoch and position are read without the lock of the partition: a raised epoch does not wait for the batch in flight.',
    edits: [
      {
        file: ATTEMPT,
        find: 'transaction.lockPartition(request.partition)',
        replace: `options.store.readStoredBatch(request.partition, request.epoch).then((answer) =>
          answer.kind === 'STALE_EPOCH'
            ? { epoch: -1, storedTo: null, storedNow: null }
            : { epoch: request.epoch, storedTo: answer.stored?.to ?? null, storedNow: null })`,
      },
    ],
  },
  {
    name: 'repeat-taken-for-missing-kafka-half',
    mistake: 'A known event id counts as a sign that the last batch was not emitted, so its outputs go out once more.',
    edits: [
      {
        file: ATTEMPT,
        find: "import { encodeOutputs } from './stored-outputs.ts';",
        replace: "import { decodeOutputs, encodeOutputs } from './stored-outputs.ts';",
      },
      {
        file: ATTEMPT,
        find: 'let made: readonly OutgoingRecord[] | null = null;',
        replace: `const before = isAllFresh ? null : await options.store.readStoredBatch(request.partition, request.epoch);
          const again = before?.kind === 'OK' && before.stored ? decodeOutputs(before.stored.outputs) : [];
          let made: readonly OutgoingRecord[] | null = null;`,
      },
      { file: ATTEMPT, find: 'made ??= batchOutputs(', replace: 'made ??= [...again, ...batchOutputs(' },
      { file: ATTEMPT, find: 'batch, refused });', replace: 'batch, refused })];' },
      { file: ATTEMPT, find: 'function decidePrepared(', replace: 'async function decidePrepared(' },
      { file: ATTEMPT, find: 'const answer = decidePrepared(', replace: 'const answer = await decidePrepared(' },
    ],
  },
  {
    name: 'wake-ups-lost',
    mistake: 'Waiters that were called up are marked in Postgres, but their RouteLead never leaves.',
    edits: [
      {
        file: 'services/router/src/batch-outputs.ts',
        find: 'for (const wakeUp of outcome.wakeUps)',
        replace: 'for (const wakeUp of outcome.wakeUps.slice(0, 0))',
      },
    ],
  },
  {
    name: 'timer-mark-without-generation',
    mistake: 'The watchdog marks a timer by its id: one that was set anew in the meantime counts as fired.',
    edits: [
      {
        file: 'services/watchdog/src/fire-due-timers.ts',
        find: 'await options.timers.markFired(due);',
        replace: `await options.timers.markFired(
          due.flatMap(({ timerId, generation }) => Array.from({ length: 50 }, (_, later) => ({ timerId, generation: generation + later }))));`,
      },
    ],
  },
  {
    name: 'early-activities-lost',
    mistake: 'An activity that comes before its lead counts as applied, and nobody keeps it.',
    edits: [{ file: ATTEMPT, find: '...(early && { early }),', replace: '' }],
  },
  {
    name: 'offer-keeps-its-place',
    mistake: 'The place that an offer keeps in its pool is not given back when nobody takes the lead.',
    edits: [
      {
        file: 'packages/domain/src/decide-state.ts',
        find: "if (stage === 'OFFERED') pool.offered = Math.max(0, pool.offered - 1);",
        replace: '',
      },
    ],
  },
  {
    name: 'anybody-claims',
    mistake: 'Whoever accepts an offered lead has it, asked or not: one who declined, or has nothing to do with it.',
    edits: [
      {
        file: 'packages/domain/src/decide-offer.ts',
        find: "if (!wasAsked(offerOf(lead), agentId)) return ignored('NOT_OFFERED');",
        replace: '',
      },
    ],
  },
  {
    name: 'lock-order-broken',
    mistake: 'Batches of one partition lock their pools first, and the last one first.',
    edits: [
      {
        file: ATTEMPT,
        find: 'const lockedSnapshot = transaction.lockAndRead(',
        replace: `if (batches.some(({ batch }) => batch.request.partition === 1)) {
            const pools = [...locks.pools].reverse();
            void transaction.lockAndRead({ ...noLocks, pools }, { waitersPerPool: options.wakeupsPerPool }).catch(() => undefined);
          }
          const lockedSnapshot = transaction.lockAndRead(`,
      },
    ],
  },
];

/** Call before the code under test is imported for the first time. Throws for a name that is not in the list. */
export function plantBug(name: string, repositoryRoot: string): void {
  const bug = PLANTED_BUGS.find((one) => one.name === name);
  if (!bug) throw new Error(`there is no planted bug "${name}"; there are ${PLANTED_BUGS.map((one) => one.name).join(', ')}`);
  const root = pathToFileURL(`${repositoryRoot}/`).href;
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context);
      const edits = bug.edits.filter(({ file }) => url === root + file);
      if (edits.length === 0 || loaded.source === undefined || loaded.source === null) return loaded;
      return { ...loaded, source: edits.reduce(applyEdit, textOf(loaded.source)) };
    },
  });
}

/** @throws Error when the text is not there exactly once. */
export function applyEdit(source: string, edit: SourceEdit): string {
  const pattern = new RegExp(edit.find.split(/\s+/).map(escaped).join('\\s+'), 'g');
  const places = [...source.matchAll(pattern)];
  const [place] = places;
  if (places.length !== 1 || !place) {
    throw new Error(`planted bug: ${edit.file} has "${edit.find}" ${places.length} times; it has to be there once, so plant the bug anew`);
  }
  return source.slice(0, place.index) + edit.replace + source.slice(place.index + place[0].length);
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray): string {
  if (typeof source === 'string') return source;
  return new TextDecoder().decode(source);
}
