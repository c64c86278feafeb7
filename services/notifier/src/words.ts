/** Values as people read them. */

/** `HIGH_POTENTIAL`, `unsupported-product` and `currentProvider` to `High potential`, `Unsupported product` and `Current provider`. */
export function inWords(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replaceAll(/[_-]+/g, ' ');
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** In the zone of whoever reads it, with its name. */
export function inTime(at: number, zone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    ...({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const),
    timeZone: zone,
    timeZoneName: 'short',
  }).format(at);
}

export function asMoney(dollars: number): string {
  return new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 }).format(dollars);
}

export function asCount(value: number): string {
  return new Intl.NumberFormat('en-US').format(value);
}

/** What there is of the values; null for nothing. */
export function joined(values: readonly (string | null | undefined)[], separator: string): string | null {
  return values.filter((value) => value !== null && value !== undefined && value !== '').join(separator) || null;
}
