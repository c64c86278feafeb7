/** The deployed rule sets with changes, in a folder of their own beside their tables. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../deploy/rule-sets/', import.meta.url));

type Change = (source: string) => string;

/** Returns the file. Throws when the change changes nothing: the rule set has been rewritten since the test was. */
export async function copyRuleSet(name: 'departments' | 'telecom', folder: string, change: Change): Promise<string> {
  // All of them: they share tables.
  await cp(FOLDER, folder, { recursive: true });
  const file = join(folder, name, 'rules.yaml');
  const source = await readFile(file, 'utf8');
  const changed = change(source);
  if (changed === source) throw new Error(`the change found nothing to change in the rule set ${name}`);
  await writeFile(file, changed);
  return file;
}

export const copySampleRuleSet = (folder: string, change: Change): Promise<string> => copyRuleSet('departments', folder, change);

/** Offices that never close: a test has to pass at night, too. */
export const roundTheClock: Change = (source) => source.replaceAll(/^ {4}(?:hours|holidays): .*\n/gm, '');

/** Tells this destination of each decision. */
export const withWebhook = (destinationId: string, webhook: { readonly url: string; readonly secretEnv: string }) => (source: string) =>
  source.replace(
    new RegExp(`\\{ id: ${destinationId}, (.*) \\}`),
    (_whole, rest: string) => `{ id: ${destinationId}, ${rest}, webhook: { url: "${webhook.url}", secretEnv: ${webhook.secretEnv} } }`,
  );
