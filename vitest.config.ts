/** The groups of tests: one project each, so that `npx vitest run --project unit` runs one of them alone; cheap ones go first. */
import { availableParallelism } from 'node:os';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { NotRunReporter } from './test/not-run-reporter.ts';

interface Group {
  readonly name: string;
  readonly include: readonly string[];
  readonly testTimeoutMs?: number;
  /** Default: as many as there are processors. */
  readonly workers?: number;
  /** Kafka, registry and Postgres are started once for the group. */
  readonly needsInfrastructure?: boolean;
}

const INTEGRATION_FILES = '**/*.integration.test.ts';

/** Suites under `e2e` start and kill an infrastructure of their own, so they run one at a time. */
const groups: readonly Group[] = [
  { name: 'unit', include: ['packages/*/src/**/*.test.ts', 'services/*/src/**/*.test.ts'] },
  { name: 'contract', include: ['test/contract/**/*.test.ts', 'test/observe/**/*.test.ts'] },
  { name: 'topology', include: ['test/topology/**/*.test.ts'] },
  { name: 'simulation', include: ['test/simulation/**/*.test.ts'], testTimeoutMs: 300_000 },
  { name: 'integration', include: [INTEGRATION_FILES], testTimeoutMs: 60_000, needsInfrastructure: true },
  { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeoutMs: 300_000, workers: 1 },
];

/** One seed a run for every property; `TEST_SEED=… npm test` repeats it. In the environment because each project loads this file again. */
process.env.TEST_SEED ??= String(Math.floor(Math.random() * 2 ** 31));

const resultsFile = process.env.TEST_RESULTS_FILE;

const shownBy = ['default', new NotRunReporter()] satisfies NonNullable<ViteUserConfig['test']>['reporters'];

export default defineConfig({
  test: {
    reporters: resultsFile === undefined ? shownBy : [...shownBy, ['json', { outputFile: resultsFile }]],
    passWithNoTests: true,
    // Tests load modules as the services do: by Node itself, types stripped (docs/adr/0004-tests-on-the-native-loader.md).
    experimental: { viteModuleRunner: false, nodeLoader: false },
    projects: groups.map(projectOf),
  },
} satisfies ViteUserConfig);

function projectOf(group: Group, order: number) {
  return {
    test: {
      name: group.name,
      include: [...group.include],
      exclude: ['**/node_modules/**', '**/.data/**', ...(group.needsInfrastructure ? [] : [INTEGRATION_FILES])],
      environment: 'node' as const,
      pool: 'forks' as const,
      maxWorkers: group.workers ?? availableParallelism(),
      testTimeout: group.testTimeoutMs ?? 10_000,
      hookTimeout: group.testTimeoutMs ?? 30_000,
      setupFiles: ['./test/property-seed.ts'],
      globalSetup: group.needsInfrastructure ? ['./test/global-setup.ts'] : [],
      sequence: { groupOrder: order },
    },
  };
}
