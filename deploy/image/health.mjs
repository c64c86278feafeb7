/** Asks the process of this container for its health: `live` (restart me if not) or `ready` (send work here). Exit code 0 or 1. */
const [what = 'live'] = process.argv.slice(2);
const url = `http://127.0.0.1:${process.env.METRICS_PORT}/health/${what}`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4_000) });
  // Shown by `docker inspect`.
  process.stdout.write(await response.text());
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${url}: ${error}\n`);
  process.exitCode = 1;
}
