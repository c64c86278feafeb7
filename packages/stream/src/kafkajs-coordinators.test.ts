/** When a coordinator is asked for, and when what is known is enough. */
import { describe, expect, it } from 'vitest';
import { type Coordinator, type FindCoordinator, rememberCoordinators } from './kafkajs-coordinators.ts';

const TRANSACTION = { groupId: 'router-0', coordinatorType: 1 };
const GROUP = { groupId: 'router', coordinatorType: 0 };

function coordinators() {
  const asked: string[] = [];
  const state: { isConnected: boolean; fault: Error | null } = { isConnected: true, fault: null };
  const answer = async (): Promise<unknown> => {
    if (state.fault !== null) throw state.fault;
    return 'answer';
  };
  const coordinator: Coordinator = {
    isConnected: () => state.isConnected,
    initProducerId: answer,
    addPartitionsToTxn: answer,
    addOffsetsToTxn: answer,
    txnOffsetCommit: answer,
    endTxn: answer,
  };
  const find: FindCoordinator = async ({ groupId, coordinatorType }) => {
    asked.push(`${coordinatorType}:${groupId}`);
    return coordinator;
  };
  return { asked, state, find: rememberCoordinators(find) };
}

describe('coordinators of a transactional producer', () => {
  it('are asked for once each', async () => {
    const { asked, find } = coordinators();
    const cluster = {};
    for (let transaction = 0; transaction < 3; transaction++) {
      expect(await (await find.call(cluster, TRANSACTION)).addPartitionsToTxn({})).toBe('answer');
      await (await find.call(cluster, GROUP)).txnOffsetCommit({});
      await (await find.call(cluster, TRANSACTION)).endTxn({});
    }
    expect(asked).toEqual(['1:router-0', '0:router']);
  });

  it('are asked for by each producer, whose connections are its own', async () => {
    const { asked, find } = coordinators();
    await find.call({}, TRANSACTION);
    await find.call({}, TRANSACTION);
    expect(asked).toHaveLength(2);
  });

  it('are asked for again after a request to one of them failed, and its caller learns of the failure', async () => {
    const { asked, state, find } = coordinators();
    const cluster = {};
    await find.call(cluster, GROUP);
    const coordinator = await find.call(cluster, TRANSACTION);
    state.fault = new Error('not the coordinator');
    await expect(coordinator.endTxn({})).rejects.toThrow('not the coordinator');
    await find.call(cluster, TRANSACTION);
    await find.call(cluster, GROUP);
    expect(asked).toEqual(['0:router', '1:router-0', '1:router-0', '0:router']);
  });

  it('are not asked for again while the transaction before is being settled: that is their own answer', async () => {
    const { asked, state, find } = coordinators();
    const cluster = {};
    const coordinator = await find.call(cluster, TRANSACTION);
    state.fault = Object.assign(new Error('in a moment'), { name: 'KafkaJSProtocolError', type: 'CONCURRENT_TRANSACTIONS' });
    await expect(coordinator.addPartitionsToTxn({})).rejects.toThrow('in a moment');
    await find.call(cluster, TRANSACTION);
    expect(asked).toHaveLength(1);
  });

  it('are asked for again when the connection is closed', async () => {
    const { asked, state, find } = coordinators();
    const cluster = {};
    await find.call(cluster, TRANSACTION);
    state.isConnected = false;
    await find.call(cluster, TRANSACTION);
    expect(asked).toHaveLength(2);
  });
});

describe('the coordinator of a consumer', () => {
  it('is asked for each time', async () => {
    const { asked, find } = coordinators();
    const cluster = {};
    await find.call(cluster, GROUP);
    await find.call(cluster, GROUP);
    expect(asked).toHaveLength(2);
  });
});
