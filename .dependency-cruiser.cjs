/** The layers of the design, as rules: dependencies point inward, and each third-party client has one home. */

/** Suites, and what only suites import. */
const TEST_FILE = '\\.test(-support)?\\.ts$';
const TEST_CODE = `(^test/|^packages/testkit/|${TEST_FILE})`;
const PRODUCTION = { path: '^(packages|services|scripts)/', pathNot: TEST_CODE };

/** Packages that know nothing of what is built on top of them; each with the project's packages it may import. */
const inward = (name, allowed) => ({
  name: `${name}-points-inward`,
  comment: `packages/${name} may import only ${allowed.length === 0 ? 'nothing' : allowed.join(', ')} of the project.`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: TEST_FILE },
  to: { path: '^(packages|services)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
});

/** A third-party library with one home; tests may use it directly, and so may the testkit where it is listed. */
const home = (library, path, also = []) => ({
  name: `${library.replaceAll(/[^a-z0-9]+/gi, '-').replace(/^-/, '')}-has-one-home`,
  comment: `${library} stays behind ${path}.`,
  severity: 'error',
  from: { path: '^(packages|services|scripts)/', pathNot: [`^${path}/`, TEST_FILE, ...also] },
  to: { path: `(^|/)node_modules/${library}/` },
});

module.exports = {
  forbidden: [
    inward('domain', []),
    inward('config', []),
    inward('telemetry', []),
    inward('contracts', ['domain']),
    inward('store', ['domain', 'contracts', 'telemetry']),
    inward('stream', ['domain', 'contracts', 'telemetry']),
    inward('infra', ['config', 'telemetry']),
    {
      name: 'domain-is-pure',
      comment:
        'The functional core does no input or output: no Node module that could. Only node:module, to load a library late that most rule sets do not need.',
      severity: 'error',
      from: { path: '^packages/domain/src/', pathNot: TEST_FILE },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|module)$' },
    },
    {
      name: 'store-and-stream-know-types-only',
      comment: 'Leads are opaque to the runtime and the store beyond their types and contracts.',
      severity: 'error',
      from: { path: '^packages/stream/src/', pathNot: TEST_FILE },
      to: { path: '^packages/(domain|contracts)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'packages-do-not-know-services',
      comment: 'A package never imports a service; the testkit composes whole services for the simulator.',
      severity: 'error',
      from: { path: '^packages/', pathNot: TEST_CODE },
      to: { path: '^services/' },
    },
    {
      name: 'services-never-each-other',
      comment: 'Services meet in topics and tables only.',
      severity: 'error',
      from: { path: '^services/([^/]+)/', pathNot: TEST_FILE },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'no-cli-or-infra-inside',
      comment: 'Only the command line and tests start infrastructure; nobody imports the command line.',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: ['^packages/(cli|infra|testkit)/', TEST_FILE] },
      to: { path: '^packages/(cli|infra)/' },
    },
    {
      name: 'no-test-code-in-production',
      comment: 'Production code never imports the testkit, test folders or test files.',
      severity: 'error',
      from: PRODUCTION,
      to: { path: TEST_CODE },
    },
    home('kafkajs', 'packages/stream'),
    home('pg', 'packages/store', ['^packages/testkit/src/test-postgres']),
    home('prom-client', 'packages/telemetry'),
    home('avsc', 'packages/contracts'),
    home('@kafkajs/confluent-schema-registry', 'packages/contracts'),
    {
      name: 'no-circle',
      comment: 'A circle of values has no first module; types may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'declared',
      comment: 'Each workspace declares what it imports.',
      severity: 'error',
      from: { path: '^(packages|services)/', pathNot: TEST_FILE },
      to: { dependencyTypes: ['npm-no-pkg', 'unknown'] },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(target|coverage|\\.data)/' },
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js', '.cjs', '.json'],
    },
  },
};
