// The three parts that the services stand on.

export const PART_NAMES = ['kafka', 'registry', 'postgres'] as const;

export type PartName = (typeof PART_NAMES)[number];

/** As a person calls them, in messages. */
export const PART_TITLES: Readonly<Record<PartName, string>> = { kafka: 'Kafka', registry: 'schema registry', postgres: 'Postgres' };
