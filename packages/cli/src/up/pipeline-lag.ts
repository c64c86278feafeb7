/** How far each service is behind, all that it reads together. */
import type { KafkaPort } from '@lead-router/stream/kafka-port.ts';
import { readLags } from '../connect/reader-lag.ts';

/** By service: records between the committed offsets and the ends. */
export type PipelineLag = ReadonlyMap<string, number>;

export async function readPipelineLag(kafka: KafkaPort): Promise<PipelineLag> {
  const byService = new Map<string, number>();
  for (const { service, lag } of await readLags(kafka, await kafka.admin.listTopics())) {
    byService.set(service, (byService.get(service) ?? 0) + lag);
  }
  return byService;
}
