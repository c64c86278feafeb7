import { describe, expect, test } from 'vitest';
import {
  activityTopic,
  deadLetterTopic,
  intakeTopic,
  isPartyName,
  LEAD_PARTITIONS,
  serviceOfDeadLetterTopic,
  systemOfTopic,
  TOPICS,
  topicCatalogue,
  topicDefinitions,
  vendorOfTopic,
} from './topics.ts';

const all = { vendors: ['acme', 'big-leads'], systems: ['crm'] };

describe('the catalogue', () => {
  test('names the topics that others build against', () => {
    expect(topicCatalogue(all).map((entry) => entry.topic)).toEqual([
      'lead.submitted.v1',
      'lead.enriched.v1',
      'lead.inbox.v1',
      'lead.decided.v1',
      'lead.state.v1',
      'lead.sla.v1',
      'lead.delivery.v1',
      'lead.intake.acme.v1',
      'lead.intake.big-leads.v1',
      'activity.intake.crm.v1',
      'gateway.dead-letter.v1',
      'enricher.dead-letter.v1',
      'scorer.dead-letter.v1',
      'router.dead-letter.v1',
      'notifier.dead-letter.v1',
      'watchdog.dead-letter.v1',
    ]);
  });

  test('gives every topic keyed by lead the same partitions', () => {
    for (const entry of topicCatalogue(all)) if (entry.key === 'LEAD_ID') expect(entry.partitions).toBe(LEAD_PARTITIONS);
  });

  test('has one writer for what must have one order or one truth', () => {
    for (const entry of [TOPICS.submitted, TOPICS.enriched, TOPICS.decided, TOPICS.state, TOPICS.sla, TOPICS.delivery]) {
      expect(entry.writers).toEqual([entry.owner]);
    }
  });

  test('lets nobody outside write a topic keyed by lead', () => {
    for (const entry of topicCatalogue(all)) if (entry.key === 'LEAD_ID') expect(entry.writers).not.toContain('OUTSIDE');
  });
});

describe('topic definitions', () => {
  test('compact the state and expire the rest', () => {
    for (const { topic, config } of topicDefinitions({ ...all, replicationFactor: 3 })) {
      expect(config['cleanup.policy']).toBe(topic === 'lead.state.v1' ? 'compact' : 'delete');
      expect(config['retention.ms'] === undefined).toBe(topic === 'lead.state.v1');
      expect(config['min.insync.replicas']).toBe('2');
    }
  });

  test('can lose no broker when there is one', () => {
    expect(topicDefinitions({ replicationFactor: 1 }).every(({ config }) => config['min.insync.replicas'] === '1')).toBe(true);
  });

  test('leave a dead letter more room than its original', () => {
    const byTopic = new Map(topicCatalogue(all).map((entry) => [entry.topic, entry.maxMessageBytes]));
    expect(byTopic.get('gateway.dead-letter.v1')).toBeGreaterThan(byTopic.get('lead.intake.acme.v1') ?? 0);
  });
});

describe('names of vendors and systems', () => {
  test.each(['a', 'acme', 'a-1', '0', 'x'.repeat(48)])('%s is one, and comes back out of its topic', (name) => {
    expect(isPartyName(name)).toBe(true);
    expect(vendorOfTopic(intakeTopic(name))).toBe(name);
    expect(systemOfTopic(activityTopic(name))).toBe(name);
    expect(vendorOfTopic(activityTopic(name))).toBeNull();
  });

  test.each(['', '-a', 'a-', 'A', 'a.b', 'a_b', 'a b', 'a\n', 'é', 'x'.repeat(49)])('%j is none', (name) => {
    expect(isPartyName(name)).toBe(false);
    expect(() => intakeTopic(name)).toThrow(RangeError);
    expect(vendorOfTopic(`lead.intake.${name}.v1`)).toBeNull();
  });

  test('dead-letter topics name their service', () => {
    expect(serviceOfDeadLetterTopic(deadLetterTopic('router'))).toBe('router');
    expect(serviceOfDeadLetterTopic('billing.dead-letter.v1')).toBeNull();
    expect(serviceOfDeadLetterTopic('lead.state.v1')).toBeNull();
  });
});
