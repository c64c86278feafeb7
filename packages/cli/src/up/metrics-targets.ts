/**
 * Where the metrics of a running local system are, in the form that Prometheus follows (file_sd): rewritten when a service listens
 * elsewhere, empty when the system ends.
 */
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunningService } from './run-file.ts';

export const METRICS_TARGETS_FILE = 'metrics-targets.json';

interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: { readonly service: string; readonly instance: string };
}

export async function writeMetricsTargets(dataFolder: string, services: readonly RunningService[]): Promise<void> {
  const groups = services.flatMap(({ service, instance, metricsUrl }): readonly TargetGroup[] =>
    metricsUrl === null ? [] : [{ targets: [new URL(metricsUrl).host], labels: { service, instance } }],
  );
  const file = join(dataFolder, METRICS_TARGETS_FILE);
  // Prometheus may read at any moment, and takes names that end in .json only.
  await writeFile(`${file}.new`, `${JSON.stringify(groups, null, 2)}\n`);
  await rename(`${file}.new`, file);
}
