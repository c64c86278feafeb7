/** How many letters apart two names are: inserted, left out, exchanged, or two neighbours swapped (optimal string alignment). */

/** Longer names are never compared letter by letter. */
export const MAX_COMPARED = 64;

/** Three rows in turn; a neighbour swap looks two rows back. */
const rows = [new Uint8Array(MAX_COMPARED + 1), new Uint8Array(MAX_COMPARED + 1), new Uint8Array(MAX_COMPARED + 1)] as const;

/** `most + 1` for anything above `most` (at most 3) and for names longer than MAX_COMPARED. */
export function boundedEditDistance(left: string, right: string, most: number): number {
  const above = most + 1;
  if (Math.abs(left.length - right.length) > most || left.length > MAX_COMPARED || right.length > MAX_COMPARED) return above;
  let [before, last, current] = rows;
  for (let column = 0; column <= right.length; column++) last[column] = Math.min(column, above);
  for (let row = 1; row <= left.length; row++) {
    const from = Math.max(1, row - most);
    const to = Math.min(right.length, row + most);
    current[from - 1] = from === 1 ? Math.min(row, above) : above;
    let least = current[from - 1] ?? above;
    const letter = left.charCodeAt(row - 1);
    for (let column = from; column <= to; column++) {
      const other = right.charCodeAt(column - 1);
      const diagonal = (last[column - 1] ?? above) + (letter === other ? 0 : 1);
      // Outside of the band stands what an earlier row left: it counts as too far.
      const up = column === row + most ? above : (last[column] ?? above) + 1;
      let cost = Math.min(diagonal, up, (current[column - 1] ?? above) + 1);
      if (row > 1 && column > 1 && letter === right.charCodeAt(column - 2) && left.charCodeAt(row - 2) === other) {
        cost = Math.min(cost, (before[column - 2] ?? above) + 1);
      }
      current[column] = Math.min(cost, above);
      least = Math.min(least, cost);
    }
    if (least > most) return above;
    [before, last, current] = [last, current, before];
  }
  return Math.min(last[right.length] ?? above, above);
}
