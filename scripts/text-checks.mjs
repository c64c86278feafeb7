/** The static checks that no tool does: each looks at the files git knows or would know, and answers with its faults as `file:line: what`. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the linter has no rule for. Written in pieces, so that this file does not accuse itself. */
const WEAKENINGS = [
  { pattern: new RegExp(`\\b(${'TO'}${'DO'}|${'FIX'}${'ME'})\\b`), what: 'unfinished work' },
  { pattern: new RegExp(`@ts-${'nocheck'}|biome-${'ignore'}-all`), what: 'checks switched off for a whole file' },
  { pattern: new RegExp(`\\bas unknown${' '}as\\b`), what: 'a cast that checks nothing' },
  { pattern: new RegExp(`\\b(it|test|describe)\\.(${'to'}${'do'}|fails)\\b`), what: 'a test that is not there yet' },
];

const IMPURITIES = [
  {
    pattern: /\bDate\.now\(|\bMath\.random\(|new Date\(\)|performance\.now\(|crypto\.random/,
    what: 'time or chance that is not an argument',
  },
];

const registryHost = /https?:\/\/[a-z0-9.-]*(npmjs|npm|maven|pypi|golang)[a-z0-9.-]*\//i;
/** Documentation and XML namespaces, not a place to download from. */
const registryExceptions = /maven\.apache\.org\/(POM|xsd)|www\.npmjs\.com/;

/** @type {Record<string, () => readonly string[]>} each name is a check of `npm run check` */
export const textChecks = {
  'lock-file': () => faultsIn(['package-lock.json'], [{ pattern: /"resolved": *"https?:/, what: 'a registry address' }]),
  pins: unpinnedDependencies,
  'machine-paths': machinePaths,
  addresses: () =>
    faultsIn(textFiles(), [{ pattern: registryHost, what: 'a package registry address' }]).filter(
      (fault) => !registryExceptions.test(fault),
    ),
  weakenings: () => faultsIn(sourceFiles(), WEAKENINGS),
  'pure-domain': () =>
    faultsIn(
      sourceFiles().filter((file) => /^packages\/domain\/src\/(?!.*\.test\.ts$)/.test(file)),
      IMPURITIES,
    ),
  links: brokenLinks,
};

/** Tracked and new files, not the ignored ones; paths from the repository's folder, with `/`. */
export function repositoryFiles() {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: repositoryFolder });
  return listed
    .toString('utf8')
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(repositoryFolder, file)));
}

/** TypeScript and JavaScript of the project. */
export const sourceFiles = () => repositoryFiles().filter((file) => /\.(ts|mjs|cjs)$/.test(file));

const textFiles = () =>
  repositoryFiles().filter(
    (file) =>
      file !== 'package-lock.json' && /(\.(ts|mjs|cjs|json|ya?ml|md|xml|sh|avsc|sql|txt|toml)|\/run|Dockerfile|\.npmrc)$/.test(file),
  );

function faultsIn(files, rules) {
  return files.flatMap((file) =>
    readText(file)
      .split('\n')
      .flatMap((line, index) =>
        rules.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${file}:${index + 1}: ${what}: ${line.trim().slice(0, 120)}`),
      ),
  );
}

/** Folders of one machine: people's homes, and the folder this checkout lies in (unless that is a general one). */
function machinePaths() {
  const parent = dirname(repositoryFolder);
  const general = ['/', '/tmp', '/home', '/opt', '/srv', '/usr/src'];
  const own = general.includes(parent) ? [] : [{ pattern: new RegExp(`(^|[^\\w.])${escaped(parent)}/`), what: 'a path of this machine' }];
  return faultsIn(textFiles(), [{ pattern: /(^|[^\w.])\/(home|Users|root)\/\w/, what: "a path of somebody's machine" }, ...own]);
}

function unpinnedDependencies() {
  const exact = /^\d+\.\d+\.\d+([-+][\w.-]+)?$/;
  return repositoryFiles()
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const manifest = JSON.parse(readText(file));
      const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
      return Object.entries(all)
        .filter(([name, version]) => !(exact.test(version) || (name.startsWith('@lead-router/') && version === '*')))
        .map(([name, version]) => `${file}: ${name} is not pinned: ${version}`);
    });
}

/** Relative links of the documentation that lead to no file. */
function brokenLinks() {
  return repositoryFiles()
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) =>
      [...readText(file).matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)]*)?\)/g)]
        .map(([, target]) => target)
        .filter((target) => !existsSync(join(repositoryFolder, normalize(join(dirname(file), decodeURI(target))))))
        .map((target) => `${file}: the link leads nowhere: ${target}`),
    );
}

const readText = (file) => readFileSync(join(repositoryFolder, file), 'utf8');
const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
