/** The sample rule set with changes, in a folder of its own beside its tables. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SAMPLE_FOLDER = fileURLToPath(new URL('../../deploy/rule-sets/departments/', import.meta.url));

/** Returns the file. Throws when the change changes nothing: the sample has been rewritten since the test was. */
export async function copySampleRuleSet(folder: string, change: (source: string) => string): Promise<string> {
  await cp(SAMPLE_FOLDER, folder, { recursive: true });
  const file = join(folder, 'rules.yaml');
  const source = await readFile(file, 'utf8');
  const changed = change(source);
  if (changed === source) throw new Error('the change found nothing to change in the sample rule set');
  await writeFile(file, changed);
  return file;
}

/** Tells this destination of each decision. */
export const withWebhook = (destinationId: string, webhook: { readonly url: string; readonly secretEnv: string }) => (source: string) =>
  source.replace(
    new RegExp(`\\{ id: ${destinationId}, (.*) \\}`),
    (_whole, rest: string) => `{ id: ${destinationId}, ${rest}, webhook: { url: "${webhook.url}", secretEnv: ${webhook.secretEnv} } }`,
  );
