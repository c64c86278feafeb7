/** Reads a mail address as far as its syntax tells: whether it can be one, in which form, at which domain. */

export interface EmailAddress {
  /** Lower case, the domain in ASCII. */
  readonly address: string;
  /** What stands before the @, lower case. */
  readonly local: string;
  readonly domain: string;
}

/** RFC 5322's atoms, plus letters of other scripts (RFC 6531). */
const LOCAL_PART = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const TOP_LEVEL = /^(?:[a-z]{2,63}|xn--[a-z0-9-]{1,59})$/;
const ASCII = /^[\x21-\x7e]+$/;
/** RFC 5321: path of at most 256 characters with its brackets, local part of at most 64. */
const MAX_ADDRESS = 254;
const MAX_LOCAL = 64;

/** null when the text cannot be a mail address. Lower-casing the local part follows what mail servers do, not RFC 5321. */
export function parseEmail(text: string): EmailAddress | null {
  if (text.length > MAX_ADDRESS + 20) return null;
  const trimmed = text.trim().toLowerCase();
  const bare = trimmed.startsWith('mailto:') ? trimmed.slice(7) : trimmed;
  const at = bare.lastIndexOf('@');
  if (at < 1 || at > MAX_LOCAL || bare.length > MAX_ADDRESS) return null;
  const local = bare.slice(0, at);
  const domain = parseDomain(bare.slice(at + 1));
  if (domain === null || !LOCAL_PART.test(local)) return null;
  return { address: `${local}@${domain}`, local, domain };
}

/** A host name of at least two labels in lower-case ASCII; null for anything else. */
export function parseDomain(text: string): string | null {
  const ascii = ASCII.test(text) ? text : toAscii(text);
  if (ascii === null || ascii.length > 253) return null;
  const labels = ascii.split('.');
  if (labels.length < 2 || !labels.every((label) => LABEL.test(label))) return null;
  return TOP_LEVEL.test(labels.at(-1) ?? '') ? ascii : null;
}

function toAscii(domain: string): string | null {
  if (/[\s/?#@:\\[\]]/.test(domain) || domain.length > 253) return null;
  return URL.parse(`http://${domain}`)?.hostname ?? null;
}
