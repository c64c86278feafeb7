import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from './gateway-error.ts';
import { BODY_LIMITS, readBody } from './read-body.ts';

const lines = (text: string | Buffer) =>
  readBody(Buffer.from(text), 'NDJSON').lines.map(({ line, content }) => [line, content.ok ? content.value : content.fault.code]);

describe('lines', () => {
  it('are read one by one, whatever their ends; empty ones are counted and nothing more', () => {
    expect(lines('\ufeff{"a":1}\r\n\n  \n[2]\n3')).toEqual([
      [1, { a: 1 }],
      [4, [2]],
      [5, 3],
    ]);
  });

  it('that are not JSON, not UTF-8 or too deep are refused alone', () => {
    const deep = '['.repeat(BODY_LIMITS.depth + 1) + ']'.repeat(BODY_LIMITS.depth + 1);
    expect(lines(Buffer.concat([Buffer.from('{"a":\n'), Buffer.from([0x22, 0xff, 0x22, 0x0a]), Buffer.from(`${deep}\n{}`)]))).toEqual([
      [1, 'LR_GATEWAY_LINE_UNREADABLE'],
      [2, 'LR_GATEWAY_LINE_UNREADABLE'],
      [3, 'LR_GATEWAY_LINE_TOO_DEEP'],
      [4, {}],
    ]);
  });

  it('are told apart in any mixture of good and bad', () => {
    const good = fc.jsonValue({ maxDepth: 3 }).map((value) => ({ text: JSON.stringify(value), ok: true }));
    const bad = fc.constantFrom('{', '{"a"}', 'lead', "{'a':1}", '[1,]', '"open').map((text) => ({ text, ok: false }));
    fc.assert(
      fc.property(fc.array(fc.oneof(good, bad), { minLength: 1, maxLength: 30 }), fc.constantFrom('\n', '\r\n'), (items, end) => {
        const { lines: read } = readBody(Buffer.from(items.map(({ text }) => text).join(end)), 'NDJSON');
        expect(read.map(({ line }) => line)).toEqual(items.map((_, index) => index + 1));
        expect(read.map(({ content }) => content.ok)).toEqual(items.map(({ ok }) => ok));
      }),
    );
  });
});

describe('a body', () => {
  it('of any bytes is lines, or refused with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('JSON' as const, 'NDJSON' as const), (bytes, format) => {
        try {
          expect(readBody(Buffer.from(bytes), format).lines.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });

  it('deep enough to overflow a stack is refused without doing so', () => {
    const { lines: read } = readBody(Buffer.from('['.repeat(1_000_000) + ']'.repeat(1_000_000)), 'JSON');
    expect(read[0]?.content).toMatchObject({ ok: false, fault: { code: 'LR_GATEWAY_LINE_TOO_DEEP' } });
  });

  it('with too many lines is refused, even if they are bad', () => {
    const many = `${'x\n'.repeat(BODY_LIMITS.lines + 1)}`;
    expect(() => readBody(Buffer.from(many), 'NDJSON')).toThrow(`at most ${BODY_LIMITS.lines}`);
  });

  it('never repeats what it could not read', () => {
    for (const text of ['{"email":"ada@example.com" "x":1}', 'ada@example.com']) {
      expect(() => readBody(Buffer.from(text), 'JSON')).toThrow(expect.not.objectContaining({ message: expect.stringContaining('ada') }));
      expect(JSON.stringify(readBody(Buffer.from(text), 'NDJSON'))).not.toContain('ada');
    }
  });
});
