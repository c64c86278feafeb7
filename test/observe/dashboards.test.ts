/** The dashboards are files that Grafana takes as they are: ids, places, units, data source and thresholds as it wants them. */
import { describe, expect, it } from 'vitest';
import { type Dashboard, dashboards } from './observe-files.ts';

const COLUMNS = 24;
/** Ids of Grafana's units that are used here; one that it does not know is shown behind the number as a word. */
const UNITS: ReadonlySet<string> = new Set(['none', 'short', 's', 'ops', 'reqps', 'percentunit', 'bytes']);
const TYPES: ReadonlySet<string> = new Set(['row', 'stat', 'timeseries']);
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Grafana that puts the chosen one there
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

type Panel = Dashboard['panels'][number];

const files = dashboards();

it('have names and addresses of their own', () => {
  expect(new Set(files.map(({ dashboard }) => dashboard.uid)).size).toBe(files.length);
  expect(new Set(files.map(({ dashboard }) => dashboard.title)).size).toBe(files.length);
});

describe.each(files)('$file', ({ dashboard }) => {
  const { panels } = dashboard;
  const shown = panels.filter(({ type }) => type !== 'row');

  it('says what it is, in a form that Grafana 12 reads', () => {
    // An address of at most 40 characters; a number that Grafana chooses itself must not be in the file.
    expect(dashboard.uid).toMatch(/^[a-z0-9-]{1,40}$/);
    expect(dashboard).not.toHaveProperty('id');
    expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(39);
    expect(dashboard.tags).toContain('lead-router');
    expect(dashboard.time).toMatchObject({ from: expect.stringMatching(/^now-\d+[mhd]$/), to: 'now' });
  });

  it('asks the Prometheus that is chosen at its top, everywhere', () => {
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    for (const { title, datasource, targets } of shown) {
      expect({ title, datasource }).toEqual({ title, datasource: DATASOURCE });
      for (const target of targets ?? []) expect({ title, datasource: target.datasource }).toEqual({ title, datasource: DATASOURCE });
    }
  });

  it('numbers its panels, and the queries of each', () => {
    const ids = panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !Number.isInteger(id) || id < 1)).toEqual([]);
    for (const { title, targets = [] } of shown) {
      const names = targets.map(({ refId }) => refId);
      expect({ title, names }).toEqual({ title, names: [...new Set(names)] });
      expect(names.filter((name) => !/^[A-Z]$/.test(name))).toEqual([]);
    }
  });

  it('has panels of known kinds and units, each under a title of its own', () => {
    expect(panels.filter(({ type }) => !TYPES.has(type))).toEqual([]);
    expect(shown.filter(({ fieldConfig }) => !UNITS.has(fieldConfig?.defaults.unit ?? '')).map(({ title }) => title)).toEqual([]);
    // A number of now and its history may have the same one.
    const titles = shown.map(({ type, title }) => `${type} ${title}`);
    expect(titles.filter((title, index) => /^\w+ $/.test(title) || titles.indexOf(title) !== index)).toEqual([]);
  });

  it('lays them out in rows of 24 columns, none over another, no row empty', () => {
    expect(panels.filter(({ gridPos: { x, w, h } }) => x < 0 || w < 1 || h < 1 || x + w > COLUMNS).map(({ title }) => title)).toEqual([]);
    const overlaps = panels.flatMap((one, index) =>
      panels.slice(index + 1).flatMap((other) => (isOver(one, other) ? [[one.title, other.title]] : [])),
    );
    expect(overlaps).toEqual([]);
    // Grafana puts what stands below a row, in the order of the file, into that row.
    expect(panels.map(({ gridPos: { x, y } }) => y * COLUMNS + x)).toEqual(
      panels.map(({ gridPos: { x, y } }) => y * COLUMNS + x).toSorted((a, b) => a - b),
    );
    const rows = panels.flatMap((panel, index) => (panel.type === 'row' ? [{ panel, next: panels[index + 1] }] : []));
    for (const { panel, next } of rows) {
      expect(panel.gridPos).toMatchObject({ x: 0, w: COLUMNS, h: 1 });
      expect({ row: panel.title, next: next?.type ?? 'row' }).not.toEqual({ row: panel.title, next: 'row' });
    }
  });

  it('colours single numbers by thresholds that begin at the lowest', () => {
    for (const { title, fieldConfig, options } of shown.filter(({ type }) => type === 'stat')) {
      const values = fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value) ?? [];
      expect({ title, first: values[0] }).toEqual({ title, first: null });
      const rest = values.slice(1).map(Number);
      expect({ title, rest }).toEqual({ title, rest: rest.toSorted((a, b) => a - b) });
      expect({ title, calcs: options?.reduceOptions?.calcs }).toEqual({ title, calcs: ['lastNotNull'] });
    }
  });
});

function isOver({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
