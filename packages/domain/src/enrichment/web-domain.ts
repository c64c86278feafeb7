/** The domain that somebody registered, by the public suffix list: `www.shop.example.co.uk` is `example.co.uk`. */
import { getDomain } from 'tldts';

/** Of a host name or address; null when it has none. Only suffixes of registries count, not those that firms give their customers. */
export function registrableDomain(text: string): string | null {
  try {
    return getDomain(text.trim().toLowerCase());
  } catch {
    // Somebody else's parser must not stop the stream for one odd text: what it cannot read is no domain.
    return null;
  }
}
