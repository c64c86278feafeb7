import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ANSWER_ACTIONS, type Answer, answerEventId, answerKeys, readAnswer, signAnswer } from './answer-token.ts';
import { asLeadId } from './ids.ts';

const KEY = 'a key of the tests, long enough for it';
const OTHER = 'another key of the tests, long enough too';
const answers = fc.record({
  leadId: fc.uuid().map(asLeadId),
  revision: fc.integer({ min: 1, max: 2 ** 31 }),
  agentId: fc.option(fc.stringMatching(/^[a-z0-9._-]{1,64}$/)),
  action: fc.constantFrom(...ANSWER_ACTIONS),
  expiresAt: fc.integer({ min: 1, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
}) satisfies fc.Arbitrary<Answer>;

const read = (token: string, now = 0, keys: readonly string[] = [KEY]) => readAnswer(token, { keys, now });

describe('an answer link', () => {
  test('says again what was signed, until it expires', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const token = signAnswer(answer, KEY);
        expect(token).toMatch(/^[A-Za-z0-9_-]{80,200}$/);
        expect(read(token, answer.expiresAt - 1)).toEqual({ kind: 'VALID', answer });
        expect(read(token, answer.expiresAt)).toEqual({ kind: 'EXPIRED', answer });
      }),
    );
  });

  test('is refused after any change of any character', () => {
    fc.assert(
      fc.property(answers, fc.nat(), fc.constantFrom(...'AZaz09-_'), (answer, place, character) => {
        const token = signAnswer(answer, KEY);
        const at = place % token.length;
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(changed === token || read(changed).kind === 'FORGED').toBe(true);
      }),
    );
  });

  test('is refused for any other text, and when cut off', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(read(text)).toEqual({ kind: 'FORGED' });
      }),
    );
    fc.assert(
      fc.property(answers, fc.nat(), (answer, length) => {
        const token = signAnswer(answer, KEY);
        expect(read(token.slice(0, length % token.length))).toEqual({ kind: 'FORGED' });
        expect(read(`${token}=`)).toEqual({ kind: 'FORGED' });
      }),
    );
  });

  test('holds through a rotation of keys, and no longer', () => {
    fc.assert(
      fc.property(answers, (answer) => {
        const token = signAnswer(answer, KEY);
        expect(read(token, 0, [OTHER, KEY]).kind).toBe('VALID');
        expect(read(token, 0, [OTHER]).kind).toBe('FORGED');
      }),
    );
  });

  test('is one activity however often it is used; another answer, agent or assignment is another', () => {
    const answer: Answer = {
      leadId: asLeadId('2f0c3f5e-5d1a-5b7e-9a43-0d6b2c1f7a10'),
      revision: 3,
      agentId: 'ann',
      action: 'ACCEPTED',
      expiresAt: 1_000,
    };
    const ids = [answer, { ...answer, revision: 4 }, { ...answer, agentId: 'bob' }, { ...answer, action: 'DECLINED' as const }].map(
      answerEventId,
    );
    expect(new Set(ids).size).toBe(4);
    expect(answerEventId({ ...answer, expiresAt: 2_000 })).toBe(ids[0]);
  });

  test('needs keys that cannot be guessed', () => {
    expect(answerKeys(` ${KEY.replaceAll(' ', '_')}\n${OTHER.replaceAll(' ', '_')}`)).toHaveLength(2);
    expect(() => answerKeys('short')).toThrow(RangeError);
    expect(() => answerKeys(' ')).toThrow(RangeError);
  });
});
