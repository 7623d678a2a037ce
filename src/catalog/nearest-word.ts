/** Longer words are no slips of the pen, and comparing them would cost. */
const MAX_LENGTH = 64;

/** The known word that somebody who wrote `word` most likely meant, or null when none is near. */
export function nearestWord(word: string, known: Iterable<string>): string | null {
  if (word.length > MAX_LENGTH) return null;
  const written = word.toLowerCase();
  let nearest: string | null = null;
  let nearestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(written, candidate.toLowerCase());
    if (distance >= nearestDistance) continue;
    nearest = candidate;
    nearestDistance = distance;
  }
  return nearest;
}

/** Levenshtein's distance: letters put in, taken out or exchanged. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const exchanged = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const putIn = (current[column - 1] ?? 0) + 1;
      const takenOut = (above[column] ?? 0) + 1;
      current.push(Math.min(exchanged, putIn, takenOut));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
