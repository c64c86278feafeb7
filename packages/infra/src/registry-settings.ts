// Settings of the schema registry that we run ourselves, as a process or in a container.

export const REGISTRY_API_PATH = '/apis/ccompat/v7';

/**
 * It keeps its schemas in an H2 file: of the storages that survive a restart the quickest to start (2.2 s; a Kafka topic
 * takes 10.7 s), and it depends on nothing. Without a write delay: by default a kill could lose the last second.
 */
export function registryStorage(file: string): Record<string, string> {
  return {
    APICURIO_STORAGE_KIND: 'sql',
    APICURIO_STORAGE_SQL_KIND: 'h2',
    APICURIO_DATASOURCE_URL: `jdbc:h2:file:${file};WRITE_DELAY=0`,
  };
}
