/**
 * What kind of mailbox an address is, as far as its two halves tell: at a free provider, thrown away after use, or a function's
 * instead of a person's.
 */
import mailDomains from 'email-providers/all.json' with { type: 'json' };

/** The list also names RFC 2606's domains for examples: nobody has a mailbox there, and documentation uses them for companies. */
const EXAMPLE_DOMAINS = ['example.com', 'example.net', 'example.org'];

/**
 * The list of free providers holds those of addresses for minutes too, without saying which. Their names do: these words stand
 * in 440 of its 8,760 domains, and in no provider's that people keep a mailbox at.
 */
const THROWN_AWAY =
  /minute?|temp-?e?mail|tempinbox|temporar|tempr\.|trash|throwaway|throam|disposab|dispostab|wegwerf|jetable|guerril|mailinator|yopmail|sharklaser|spam|fake|burner|dropmail|maildrop|discard|deadaddress|mailnesia|getnada|nada\.email|mailcatch|anonbox|anonymiz|anonymbox|onetime|selfdestruct|incognito|mailexpire|mailnull|mailsac|moakt|mohmal|mintemail|sneakemail|emailondeck|emailsensei|secmail|mytemp|kurzepost|nobulk|objectmail/;

/** Those whose names say nothing, by their operators' own pages; and some that the list does not have. */
const ALSO_THROWN_AWAY =
  'armyspy.com burnermail.io byom.de crazymailing.com cuvox.de dayrep.com dropmail.me einrot.com emailnax.com fleckens.hu getairmail.com grr.la ' +
  'gustr.com harakirimail.com inboxkitten.com jourrapide.com luxusmail.org mail-temp.com mail.tm mailpoof.com minuteinbox.com mvrht.com pokemail.net ' +
  'rhyta.com superrito.com tafmail.com tempail.com tempmail.com tempmail.dev tempmailo.com teleworm.us 33mail.com';

/** RFC 2142, and what companies write on their websites. */
const FUNCTIONS =
  'abuse accounting accounts admin administrator billing career careers contact contactus customercare customerservice customersupport enquiries enquiry ' +
  'everyone feedback finance ftp fax general hello help helpdesk hi hostmaster hr info information inquiries inquiry invoice invoices it jobs kontakt legal ' +
  'mail mailer-daemon marketing media news newsletter no-reply noc noreply office operations orders owner payroll postmaster pr press privacy procurement ' +
  'purchasing reception recruiting root sales security service services shop staff subscribe support sysadmin team tech usenet uucp web webmaster www';

const FREE_MAIL: ReadonlySet<string> = new Set(mailDomains.filter((domain) => !EXAMPLE_DOMAINS.includes(domain)));
const DISPOSABLE: ReadonlySet<string> = new Set([
  ...mailDomains.filter((domain) => THROWN_AWAY.test(domain)),
  ...ALSO_THROWN_AWAY.split(' '),
]);
const ROLES: ReadonlySet<string> = new Set(FUNCTIONS.split(' '));
/** Most that stands between a sub-domain and the domain that is on the list. */
const MAX_PARENTS = 3;

export function isFreeMail(domain: string): boolean {
  return FREE_MAIL.has(domain);
}

/** Sub-domains too: those providers hand them out. */
export function isDisposableMail(domain: string): boolean {
  let rest = domain;
  for (let parents = 0; parents <= MAX_PARENTS; parents++) {
    if (DISPOSABLE.has(rest)) return true;
    const dot = rest.indexOf('.');
    if (dot < 0 || !rest.includes('.', dot + 1)) return false;
    rest = rest.slice(dot + 1);
  }
  return false;
}

/** `local` is the lower-case part before the @; what follows a + is the sender's own mark. */
export function isRoleMailbox(local: string): boolean {
  const plus = local.indexOf('+');
  return ROLES.has(plus > 0 ? local.slice(0, plus) : local);
}
