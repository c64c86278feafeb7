/** Scenario 11: what a vendor can rely on: one key is one lead and one answer, a cap that says when it reopens, bad lines by name. */
import type { LeadId } from '@lead-router/domain/lead.ts';
import { readLead } from '@lead-router/store/lead-store.ts';
import { readLeadSummary } from '@lead-router/store/summary-store.ts';
import { describe, expect, test } from 'vitest';
import { eventually } from '../scenario.ts';
import { type GatewayAnswer, openVendor, type VendorClient } from '../vendor-client.ts';
import type { DeployedWorld } from './deployed-world.ts';

const CAP = 3;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export function vendorStory(world: () => DeployedWorld): void {
  describe('scenario 11: a vendor', () => {
    test('that sends the same lead three times with one key has one lead, and the same answer three times', async () => {
      const { system } = world().scenario;
      const vendor = await openVendor(system, { vendor: 'stutterer' });
      const send = () => vendor.submit({ person: { email: 'once@stutterer.example' } }, { 'idempotency-key': 'form-81' });
      const answers = [...(await Promise.all([send(), send()])), await send()];
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      const [leadId] = acceptedIn(answers[0]);
      expect(await decidedOf(world(), leadId)).toMatchObject({ vendor: 'stutterer', revision: 1 });
      expect(await leadsOf(world(), 'stutterer')).toBe(1);
      // Postgres has it first.
      const decisions = await eventually('the decision is in the topic', async () => {
        const found = (await world().scenario.decisions()).filter(({ envelope }) => envelope.leadId === leadId);
        return found.length === 0 ? null : found;
      });
      expect(decisions).toHaveLength(1);
    });

    test('over its quota is refused with a code and the time it reopens', async () => {
      const { zone, reopensAt } = zoneAtNoon(Date.now());
      const vendor = await openVendor(world().scenario.system, { vendor: 'eager', zone, dailyCap: CAP });
      const first = await vendor.submit(leads(['eager-1', 'eager-2']));
      expect(first).toMatchObject({ status: 202, json: { accepted: 2, quota: { remaining: 1, reopensAt } } });
      const second = await vendor.submit(leads(['eager-3', 'eager-4']));
      expect(second).toMatchObject({
        status: 202,
        json: {
          accepted: 1,
          refused: 1,
          leads: [
            { line: 1, status: 'accepted' },
            { line: 2, status: 'refused', faults: [{ code: 'LR_GATEWAY_QUOTA_EXCEEDED' }] },
          ],
        },
      });
      const refused = await vendor.submit(leads(['eager-4']));
      expect(refused).toMatchObject({ status: 429, json: { error: { code: 'LR_GATEWAY_QUOTA_EXCEEDED', reopensAt } } });
      expect(Math.abs(Date.now() + Number(refused.retryAfter) * 1_000 - Date.parse(reopensAt))).toBeLessThan(5_000);
      // What was accepted is worked, what was refused is not known.
      for (const leadId of [...acceptedIn(first), ...acceptedIn(second)]) await decidedOf(world(), leadId);
      expect(await leadsOf(world(), 'eager')).toBe(CAP);
    });

    test('that sends a malformed batch has each bad line named, and the good ones accepted', async () => {
      const vendor = await openVendor(world().scenario.system, { vendor: 'sloppy' });
      const answer = await vendor.submit(
        [
          '{"vendorReference":"sloppy-1","person":{"email":"one@sloppy.example"}}',
          '{"vendorReference":"sloppy-2","mail":"two@sloppy.example"}',
          '{"vendorReference":"sloppy-3"',
          '{"person":{"email":"four@sloppy.example"}}',
          '{"vendorReference":"sloppy-5","qualification":{"budget":"much","authority":"BOSS"}}',
          '{"vendorReference":"sloppy-6","person":{"email":"six@sloppy.example"}}',
        ].join('\n'),
      );
      expect(answer).toMatchObject({ status: 202, json: { accepted: 2, repeats: 0, refused: 4 } });
      expect(faultsIn(answer)).toEqual([
        [2, 'LR_LEAD_FIELD_UNKNOWN mail'],
        [3, 'LR_GATEWAY_LINE_UNREADABLE '],
        [4, 'LR_LEAD_REFERENCE_MISSING vendorReference'],
        [5, 'LR_LEAD_FIELD_TYPE qualification.budget', 'LR_LEAD_FIELD_VALUE qualification.authority'],
      ]);
      const accepted = acceptedIn(answer);
      expect(accepted).toHaveLength(2);
      for (const leadId of accepted) await decidedOf(world(), leadId);
      await expectToStand(vendor, accepted);
      expect(await leadsOf(world(), 'sloppy')).toBe(2);
    });
  });
}

const leads = (references: readonly string[]) =>
  references.map((vendorReference) => ({ vendorReference, person: { email: `${vendorReference}@eager.example` } }));

/** Where it is noon or a little later, without daylight saving: no day begins meanwhile, and the next midnight is easily told. */
function zoneAtNoon(now: number): { readonly zone: string; readonly reopensAt: string } {
  const ahead = 12 - new Date(now).getUTCHours();
  const midnight = (Math.floor((now + ahead * HOUR_MS) / DAY_MS) + 1) * DAY_MS - ahead * HOUR_MS;
  // Signs are the other way round in these names.
  return { zone: `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`, reopensAt: new Date(midnight).toISOString() };
}

interface Line {
  readonly line: number;
  readonly status: string;
  readonly leadId?: LeadId;
  readonly faults?: readonly { readonly code: string; readonly field: string }[];
}

function linesIn(answer: GatewayAnswer | undefined): readonly Line[] {
  const parsed: { readonly leads: readonly Line[] } = JSON.parse(answer?.text ?? '{}');
  return parsed.leads;
}

const acceptedIn = (answer: GatewayAnswer | undefined): readonly LeadId[] => linesIn(answer).flatMap(({ leadId }) => leadId ?? []);

const faultsIn = (answer: GatewayAnswer) =>
  linesIn(answer).flatMap(({ line, faults }) =>
    faults === undefined ? [] : [[line, ...faults.map(({ code, field }) => `${code} ${field}`)]],
  );

function decidedOf({ scenario }: DeployedWorld, leadId: LeadId | undefined) {
  return eventually(`${leadId} is decided`, async () =>
    leadId === undefined ? null : ((await readLead(scenario.system.pool, leadId))?.lead ?? null),
  );
}

/** In the whole system. */
const leadsOf = async ({ scenario }: DeployedWorld, vendor: string): Promise<number> =>
  (await readLeadSummary(scenario.system.pool)).byVendor.get(vendor) ?? 0;

/** By the vendor's own view. */
async function expectToStand(vendor: VendorClient, ids: readonly LeadId[]): Promise<void> {
  for (const leadId of ids) expect(await vendor.status(leadId)).toMatchObject({ status: 200, json: { leadId, revision: 1 } });
}
