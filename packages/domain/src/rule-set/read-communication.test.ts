/** The section `communication`: what it means, and that what could never be sent is a fault before it is published. */
import { describe, expect, it } from 'vitest';
import { compileRuleSet } from '../compile-rule-set.ts';
import type { Communication } from './communication.ts';
import { renderTemplate } from './mail-template.ts';

const rest = `
name: mail
scoring: { grades: [{ grade: HOT }] }
rules: [{ id: old-product, when: '"old" in lead.topics', to: service }, { id: all, when: "true", to: team }]
lastResort: team
destinations: [{ id: sales, kind: SALES }, { id: service, kind: CUSTOMER_SERVICE }]
pools:
  - { id: team, destination: sales, acceptWithin: 1d, agents: [{ id: ann }, { id: bob, active: false }] }
  - { id: service, destination: service, agents: [{ id: sue }] }
communication:
`;

const compile = (section: string) =>
  compileRuleSet({ source: rest + section.replaceAll(/^/gm, '  '), tables: new Map(), hash: () => 'digest' });

function communication(section: string): Communication {
  const result = compile(section);
  if (!result.ok) throw new Error(result.faults.map(({ message }) => message).join('\n'));
  return result.ruleSet.communication;
}

const faults = (section: string): readonly string[] => {
  const result = compile(section);
  return result.ok ? [] : result.faults.map(({ path, message }) => `${path}: ${message}`);
};

const reply = (known: string) =>
  `from: a@example.com\nreplies: [{ id: sorry, subject: Hello, text: "Dear {{firstName|customer}}", ${known} }]`;

describe('communication', () => {
  it('knows who is written to, where, and what leads are answered', () => {
    const read = communication(
      [
        'from: "Lead desk <leads@example.com>"',
        'replyTo: desk@example.com',
        'answerWithin: 2d',
        'owners: [{ destination: sales }, { destination: service, to: "{{agentId}}@service.example.com" }]',
        'agents: [{ id: ann, email: Ann@Example.com }]',
        'replies: [{ id: sorry, rules: [old-product], answersEnquiry: true, subject: "{{company|You}}", text: Look elsewhere }]',
      ].join('\n'),
    );
    expect(read).toMatchObject({
      from: { name: 'Lead desk', address: 'leads@example.com' },
      replyTo: 'desk@example.com',
      answerWithinMs: 2 * 86_400_000,
    });
    expect(read.agents).toEqual(new Map([['ann', 'ann@example.com']]));
    expect(read.owners.get('sales')).toEqual({ destinationId: 'sales', to: null, subject: null });
    expect(renderTemplate(read.owners.get('service')?.to ?? [], { agentId: 'sue' })).toBe('sue@service.example.com');
    const sorry = read.replies.get('old-product');
    expect(sorry).toMatchObject({ replyId: 'sorry', answersEnquiry: true });
    expect(renderTemplate(sorry?.subject ?? [], { company: 'ACME' })).toBe('ACME');
    expect(renderTemplate(sorry?.subject ?? [], { company: null })).toBe('You');
  });

  it('is nothing at all where it is left out', () => {
    expect(communication('answerWithin: 1d')).toMatchObject({ from: null, owners: new Map(), replies: new Map() });
  });

  it('answers nobody without opt-in unless it says that it answers an enquiry', () => {
    expect(communication(reply('rules: [old-product]')).replies.get('old-product')?.answersEnquiry).toBe(false);
  });

  it.each([
    ['an owner without sender', 'owners: [{ destination: service, to: a@example.com }]', /"from" is missing/],
    ['a destination that is not there', 'from: a@example.com\nowners: [{ destination: salse, to: a@example.com }]', /did you mean "sales"/],
    ['an owner that nobody can write to', 'from: a@example.com\nowners: [{ destination: service }]', /no address is known of sue/],
    [
      'an address that is none',
      'from: a@example.com\nowners: [{ destination: sales, to: "{{agentId}} at sales" }]',
      /is not a mail address/,
    ],
    ['two addresses in one', 'from: a@example.com\nreplyTo: "a@example.com, b@example.com"', /is not a mail address/],
    ['a sender that is none', 'from: Sales', /is no sender/],
    ['an agent that is not there', 'agents: [{ id: anne, email: a@example.com }]', /did you mean "ann"/],
    ['a rule that is not there', reply('rules: [old-prodcut]'), /did you mean "old-product"/],
    [
      'two replies to one rule',
      `${reply('rules: [all]')}\n`.replace(' }]', ' }, { id: b, subject: b, text: b, rules: [all] }]'),
      /a lead gets one reply/,
    ],
    [
      'a gap that nothing fills',
      reply('rules: [all]').replace('firstName', 'fristName'),
      /nothing fills \{\{fristName\}\};.*: did you mean "firstName"/,
    ],
    ['a gap that is not closed', reply('rules: [all]').replace('}}"', '}"'), /is not closed/],
  ])('%s is a fault', (_name, section, message) => {
    expect(faults(section).filter((fault) => message.test(fault))).toHaveLength(1);
  });
});
