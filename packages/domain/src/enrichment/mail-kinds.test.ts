/** Free, thrown-away and role mailboxes; and no provider that people keep a mailbox at is called a throw-away. */
import common from 'email-providers/common.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { isDisposableMail, isFreeMail, isRoleMailbox } from './mail-kinds.ts';

describe('a mail domain', () => {
  it.each(['mailinator.com', 'yopmail.com', 'x.mailinator.com', '10minutemail.co.uk', 'guerrillamail.org', 'mail.tm', 'a.b.trashmail.de'])(
    '%s is thrown away',
    (domain) => {
      expect(isDisposableMail(domain)).toBe(true);
    },
  );

  it.each(['gmail.com', 'web.de', 'example.com', 'ibm.com', 'canada.com', 'com', 'spamhaus-not-listed.org'])('%s is kept', (domain) => {
    expect(isDisposableMail(domain)).toBe(false);
  });

  it('of the common providers is kept, but for those that say otherwise themselves', () => {
    const says = [
      'anonymize.com',
      '10minutemail.com',
      'temp-mail.org',
      'mailinator.com',
      'guerrillamail.com',
      'yopmail.com',
      'emailondeck.com',
    ];
    expect(common.filter(isDisposableMail).sort()).toEqual(says.sort());
  });

  it('is free or not', () => {
    expect([isFreeMail('gmail.com'), isFreeMail('example.com'), isFreeMail('ibm.com')]).toEqual([true, false, false]);
  });
});

describe('a mailbox', () => {
  it.each([
    ['info', true],
    ['sales+web', true],
    ['no-reply', true],
    ['ann', false],
    ['ann.sales', false],
    ['+info', false],
  ])('%s is a role: %s', (local, isRole) => {
    expect(isRoleMailbox(local)).toBe(isRole);
  });
});
