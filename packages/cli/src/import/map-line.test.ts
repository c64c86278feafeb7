import { leadIdFor } from '@lead-router/contracts/ids.ts';
import { describe, expect, it } from 'vitest';
import { fitMapping, type LineMapper } from './map-line.ts';
import { readMapping } from './read-mapping.ts';

const mapperOf = (yaml: string, columns: readonly string[]): LineMapper => {
  const read = readMapping(yaml);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const fitted = fitMapping(read.mapping, columns, 'acme');
  if (!fitted.ok) throw new Error(fitted.faults.join('\n'));
  return fitted.mapper;
};
const fieldsOf = (lines: readonly string[]) => ['fields:', '  vendorReference: ref', ...lines.map((line) => `  ${line}`)].join('\n');
const intakeOf = (mapper: LineMapper, cells: readonly string[]) => {
  const mapped = mapper.map(cells);
  if (!mapped.ok) throw new Error(mapped.reasons.join('\n'));
  return mapped.intake;
};
const reasonsOf = (mapper: LineMapper, cells: readonly string[]) => {
  const mapped = mapper.map(cells);
  return mapped.ok ? [] : mapped.reasons;
};

describe('a line becomes a lead', () => {
  it('by columns, constants, joins, defaults, value maps, dates, numbers, flags and lists', () => {
    const mapper = mapperOf(
      fieldsOf([
        'channel: {constant: fair}',
        'person.lastName: {columns: [first, last]}',
        'person.street: {columns: [street, no], join: ", "}',
        'location.country: {column: land, values: {Deutschland: DE}, otherwise: keep, default: US}',
        'createdAt: {column: when, date: ["dd.MM.yyyy HH:mm", dd.MM.yyyy], zone: Europe/Berlin}',
        'company.employeeCount: {column: staff, number: {decimal: ",", thousands: "."}}',
        'consent.email: {column: mail ok, values: {Ja: true, Nein: false}}',
        'consent.phone: call ok',
        'qualification.productInterest: {column: wants, split: "/"}',
        'attributes.seen: {column: when, date: ["dd.MM.yyyy HH:mm", dd.MM.yyyy]}',
        'fulfilments[0].item: {constant: catalogue}',
        'fulfilments[0].receivedAt: {column: sent, date: yyyy-MM-dd}',
      ]),
      ['ref', 'first', 'last', 'street', 'no', 'land', 'when', 'staff', 'mail ok', 'call ok', 'wants', 'sent'],
    );
    expect(
      intakeOf(mapper, [
        'r1',
        'Ann',
        ' Lee ',
        'Elm',
        '5',
        'deutschland',
        '01.07.2026 12:00',
        '1.250',
        'JA',
        'x',
        'phones / fax',
        '2026-06-30',
      ]),
    ).toMatchObject({
      vendorReference: 'r1',
      channel: 'fair',
      person: { lastName: 'Ann Lee', street: 'Elm, 5' },
      location: { country: 'DE' },
      createdAt: Date.UTC(2026, 6, 1, 10),
      company: { employeeCount: 1_250 },
      consent: { email: true, phone: true },
      qualification: { productInterest: ['phones', 'fax'] },
      attributes: { seen: '2026-07-01T12:00:00.000Z' },
      fulfilments: [{ item: 'catalogue', receivedAt: Date.UTC(2026, 5, 30) }],
    });
    expect(intakeOf(mapper, ['r2', '', 'Lee', '', '', '', '01.07.2026', '', '', '', '', ''])).toMatchObject({
      person: { lastName: 'Lee', street: null },
      location: { country: 'US' },
      consent: { email: null, phone: null },
      fulfilments: [],
    });
    expect([mapper.filled.get('location.country'), mapper.filled.get('consent.email')]).toEqual([2, 1]);
  });

  it('with an id that follows from vendor and reference, or from what the line says', () => {
    const mapped = mapperOf(fieldsOf([]), ['ref']).map(['r1']);
    expect(mapped).toMatchObject({ ok: true, leadId: leadIdFor('acme', { kind: 'REFERENCE', reference: 'r1' }) });
    const byContent = mapperOf('fields: {vendorReference: {columns: "*", digest: true}}', ['a', 'b', 'reject_line', 'reject_reason']);
    const [one, same, other] = [
      ['1', '2', '', ''],
      ['1', '2', '7', 'mended'],
      ['1', '3', '', ''],
    ].map((cells) => intakeOf(byContent, cells).vendorReference);
    expect(one).toMatch(/^[0-9a-f]{32}$/);
    expect([same === one, other === one]).toEqual([true, false]);
    const bySome = mapperOf('fields: {vendorReference: {columns: [a], digest: true}}', ['a']);
    expect(reasonsOf(bySome, [''])).toEqual([expect.stringContaining('LR_LEAD_REFERENCE_MISSING')]);
  });

  it('leaves out what the file writes for nothing', () => {
    const mapper = mapperOf(`file: {emptyValues: [n/a]}\n${fieldsOf(['campaign: {column: c, default: none}'])}`, ['ref', 'c']);
    expect([intakeOf(mapper, ['1', 'N/A']).campaign, intakeOf(mapper, ['1', 'x']).campaign]).toEqual(['none', 'x']);
  });

  it('or is rejected with field, column and what to do, and without its values', () => {
    const mapper = mapperOf(
      fieldsOf([
        'createdAt: {column: when, date: dd.MM.yyyy}',
        'company.employeeCount: staff',
        'consent.email: ok',
        'channel: {column: via, values: {a: b}}',
      ]),
      ['ref', 'when', 'staff', 'ok', 'via'],
    );
    const reasons = reasonsOf(mapper, ['r1', '2026-07-01', '12 people', 'perhaps', 'c']);
    expect(reasons).toEqual([
      'createdAt (column "when"): is no date of the format that the mapping gives',
      expect.stringContaining('company.employeeCount (column "staff"): is no number'),
      expect.stringContaining('consent.email (column "ok"): is neither yes nor no'),
      expect.stringContaining('channel (column "via"): the value is not in the map'),
    ]);
    expect(reasons.join()).not.toContain('perhaps');
    expect(reasonsOf(mapper, ['x'.repeat(201), '', '-5', '', ''])).toEqual([
      expect.stringContaining('vendorReference (column "ref"): must have at most 200 characters'),
      expect.stringContaining('company.employeeCount (column "staff"): must lie between 0 and'),
    ]);
    expect(reasonsOf(mapper, ['r1'])).toEqual([expect.stringContaining('has 1 cells where the header has 5')]);
    expect(reasonsOf(mapper, ['r\ufffd', '', '', '', ''])).toEqual([expect.stringContaining('set file.encoding')]);
  });
});

describe('a mapping', () => {
  it('must fit the columns of the file', () => {
    const read = readMapping(`ignore: [old]\n${fieldsOf(['channel: Chanel', 'campaign: twice'])}`);
    if (!read.ok) throw new Error('faults');
    expect(fitMapping(read.mapping, ['ref', 'Channel', 'twice', 'twice'], 'acme')).toEqual({
      ok: false,
      faults: [
        'channel: the file has no column "Chanel": did you mean "Channel"?',
        expect.stringContaining('campaign: the file has several columns "twice"'),
        expect.stringContaining('ignore: the file has no column "old"'),
      ],
    });
    expect(mapperOf(`ignore: [b]\n${fieldsOf([])}`, ['ref', 'a', 'b', 'reject_line']).unmapped).toEqual(['a']);
  });

  it.each([
    ['fields: {channel: c}', 'vendorReference is missing'],
    [fieldsOf(['vendor: c']), '--vendor'],
    [fieldsOf(['person.emial: c']), 'a lead has no field "person.emial": did you mean person.email?'],
    [fieldsOf(['shoeSize: c']), 'put it under attributes (attributes.shoeSize)'],
    [fieldsOf(['fulfilments[].item: c']), 'fulfilments[0].item'],
    [fieldsOf(['channel: {colum: c}']), 'unknown key "colum": did you mean "column"?'],
    [fieldsOf(['channel: {join: "-"}']), 'say one of column, columns, constant'],
    [fieldsOf(['createdAt: {column: c, date: DD.MM}']), '"D" means nothing'],
    [fieldsOf(['createdAt: {column: c, date: iso, zone: Mars/North}']), 'Mars/North'],
    [fieldsOf(['channel: {column: c, date: iso}']), 'channel is no time'],
    [`file: {encoding: klingon}\n${fieldsOf([])}`, '"klingon" is no encoding'],
    [`file: {delimiter: ";;"}\n${fieldsOf([])}`, 'a delimiter is one character'],
    ['fields: [', 'Flow sequence'],
  ])('%j is told with its place', (yaml, words) => {
    const read = readMapping(yaml);
    expect(read).toMatchObject({ ok: false });
    if (read.ok) return;
    expect(read.faults.map(({ path, message }) => `${path}: ${message}`).join('\n')).toContain(words);
    expect(read.faults[0]?.line).toBeGreaterThan(0);
  });
});
