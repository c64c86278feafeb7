/** Keeps a label bounded whose values come from people's documents (pools, destinations, vendors): so many names, then `other`. */

export const maxLabelValues = 200;
const OTHER = 'other';

/** The first `max` different values keep their names for the life of the process. */
export const createLabelLimit = (max: number = maxLabelValues): ((value: string) => string) => {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (known.size >= max) return OTHER;
    known.add(value);
    return value;
  };
};
