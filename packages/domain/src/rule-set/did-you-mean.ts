/** Suggests the word that was probably meant, for faults about unknown names. */

/** `: did you mean "x"?` or nothing; to be put at the end. */
export function didYouMean(word: string, known: readonly string[]): string {
  const suggestion = closestWord(word, known);
  return suggestion === null ? '' : `: did you mean "${suggestion}"?`;
}

/** The known word within a third of the length in edits, else one that begins like it; null when nothing is near. */
export function closestWord(word: string, known: readonly string[]): string | null {
  const wanted = word.slice(0, 64).toLowerCase();
  return closestWhole(wanted, known) ?? closestBeginning(wanted, known);
}

/** `employes` means `employeeCount`: all of it but a letter in five stands at the beginning of the known word. */
function closestBeginning(wanted: string, known: readonly string[]): string | null {
  const allowed = Math.floor(wanted.length / 5);
  let best: string | null = null;
  let bestDistance = allowed + 1;
  for (const candidate of wanted.length < 4 ? [] : known) {
    const distance = editDistance(wanted, candidate.toLowerCase().slice(0, wanted.length));
    if (distance >= bestDistance) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

function closestWhole(wanted: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment), with three rows of memory. */
function editDistance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min(replaced, swapped, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
