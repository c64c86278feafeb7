/**
 * Runs before `npm start` and `npm test`: a fresh clone needs no step by hand. Plain JavaScript on whatever Node there is,
 * because the packages, and with them the Node that runs the project, may not be installed yet. Warm, it changes nothing.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('..', import.meta.url));
const ownNode = join(repository, 'node_modules', '.bin', 'node');
const cache = resolve(process.env.LEAD_ROUTER_CACHE || join(repository, '.data', 'cache'));
const lockFile = join(repository, '.data', 'prepare.lock');
const EXTERNAL = ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'];
const PROGRESS_EVERY_MS = 5_000;
const OUTPUT_LINES = 20;

let holdsLock = false;
process.on('exit', () => {
  if (holdsLock) rmSync(lockFile, { force: true });
});

if (!isInstalled() || !isCached()) {
  const missing = missingPrerequisites();
  if (missing.length > 0) fail(`Missing:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  await locked(async () => {
    if (!isInstalled()) await install();
    checkNode();
    fetchParts();
  });
} else {
  checkNode();
  // The cache holds something of each, perhaps of an older pin; what it says then takes no time.
  fetchParts();
}

/** What npm noted when it last installed is what the lock file asks for. */
function isInstalled() {
  try {
    const wanted = packagesOf('package-lock.json');
    const installed = packagesOf('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, { version, optional }]) => {
      if (!path.startsWith('node_modules/')) return true;
      const found = installed[path];
      // Those for other platforms are left out.
      return found === undefined ? optional === true : found.version === version;
    });
  } catch {
    return false;
  }
}

function packagesOf(lock) {
  return JSON.parse(readFileSync(join(repository, lock), 'utf8')).packages;
}

function isCached() {
  const cached = existsSync(cache) ? readdirSync(cache) : [];
  return hasAllExternal() || ['kafka-', 'registry-'].every((name) => cached.some((folder) => folder.startsWith(name)));
}

function hasAllExternal() {
  return EXTERNAL.every((name) => Boolean(process.env[name]));
}

function missingPrerequisites() {
  const missing = [];
  if (process.platform === 'win32') missing.push('Linux or macOS: on Windows, clone and run this in WSL 2.');
  if (major(process.versions.node) < 20) missing.push(`Node.js 20 or later: this is ${process.version}. Get it from https://nodejs.org/.`);
  if (hasAllExternal() || hasEngine()) return missing;
  const java = javaVersion();
  if (java === null || java < 17) {
    missing.push(
      `Java 17 or later${java === null ? '' : ` (found ${java})`}. Debian: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17.`,
    );
  }
  if (!isCached() && !succeeds('mvn', ['-v'])) missing.push('Maven. Debian: apt-get install maven; macOS: brew install maven.');
  if (missing.some((line) => /^(Java|Maven)/.test(line))) {
    missing.push(`or, instead of Java and Maven, a Docker engine that answers, or running servers given by ${EXTERNAL.join(', ')}.`);
  }
  return missing;
}

function hasEngine() {
  return process.env.LEAD_ROUTER_PREFER !== 'local' && succeeds('docker', ['version', '--format', '{{.Server.Version}}']);
}

function javaVersion() {
  const home = process.env.JAVA_HOME;
  const java = home && existsSync(join(home, 'bin', 'java')) ? join(home, 'bin', 'java') : 'java';
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const version = /version "(?:1\.)?(\d+)/.exec(stderr ?? '');
  return version === null ? null : Number(version[1]);
}

function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Two runs in one checkout would remove each other's packages while installing. */
async function locked(work) {
  mkdirSync(join(repository, '.data'), { recursive: true });
  for (let waitedMs = 0; !takeLock(); waitedMs += 200) {
    if (waitedMs % PROGRESS_EVERY_MS === 0) say('waiting for another run that is preparing this checkout');
    await sleep(200);
  }
  await work();
}

function takeLock() {
  try {
    writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
    holdsLock = true;
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  // null: it was released since.
  const holder = tryRead(lockFile);
  if (holder !== null && !isAlive(Number(holder))) rmSync(lockFile, { force: true });
  return false;
}

function tryRead(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function isAlive(pid) {
  try {
    // An empty lock is one being written.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/**
 * `npm ci` refuses a lock file that does not list the packages of every other platform, and npm leaves those out that the
 * registry in use does not have. Then `npm install` keeps to the lock file as well, and its additions to it are taken back.
 */
async function install() {
  const lock = join(repository, 'package-lock.json');
  const locked = existsSync(lock) ? readFileSync(lock) : undefined;
  say('installing packages (about half a minute)');
  const clean = locked === undefined ? { code: 1, output: 'code EUSAGE' } : await npm('ci');
  if (clean.code === 0) return;
  if (!clean.output.includes('code EUSAGE')) failedInstall('ci', clean);
  const loose = await npm('install');
  if (locked !== undefined) writeFileSync(lock, locked);
  if (loose.code !== 0) failedInstall('install', loose);
}

function failedInstall(command, { code, output }) {
  fail(`npm ${command} failed with exit code ${code}:\n${output.trimEnd().split('\n').slice(0, OUTPUT_LINES).join('\n')}`);
}

async function npm(command) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  // npm must not run on the Node that it is about to replace.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(join('node_modules', '.bin')));
  const child = spawn('npm', [command, '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path.join(delimiter) },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
    });
  }
  const timer = setInterval(() => say(`npm ${command}: ${seconds()} s`), PROGRESS_EVERY_MS);
  const code = await new Promise((ended) => {
    child.on('error', (error) => {
      output += error.message;
      ended(127);
    });
    child.on('close', ended);
  });
  clearInterval(timer);
  if (code === 0) say(`packages installed in ${seconds()} s`);
  return { code, output };
}

/** Node 24 comes as an optional package; where there is none for the platform, the machine's own has to do. */
function checkNode() {
  if (existsSync(ownNode)) return;
  const [majorVersion, minorVersion] = process.versions.node.split('.').map(Number);
  if (majorVersion > 22 || (majorVersion === 22 && minorVersion >= 18)) return;
  fail(
    `There is no Node package for ${process.platform} on ${process.arch}, so this machine's own Node runs the project, and ${process.version} is too old. ` +
      'Install Node.js 24 (22.18 at least) from https://nodejs.org/.',
  );
}

function fetchParts() {
  const node = existsSync(ownNode) ? ownNode : process.execPath;
  const { status } = spawnSync(node, [join(repository, 'packages', 'infra', 'src', 'fetch.ts')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) process.exit(1);
}

function major(version) {
  return Number(version.split('.')[0]);
}

function say(line) {
  console.error(`prepare: ${line}`);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
