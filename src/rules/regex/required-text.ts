// Text that every match of a pattern holds: a cheap test that comes before the dear one.

import { childrenOf, onlyCharacter, type Pattern } from "./pattern-tree.ts";

/** Shorter texts are found in so many values that looking for them first wins nothing. */
const MIN_LENGTH = 3;
/** Longer ones are no more selective and only cost memory. */
const MAX_LENGTH = 32;

interface Run {
  readonly text: string;
  /** Some character of it matches without regard to case. */
  readonly ignoresCase: boolean;
}

/**
 * The longest text of plain ASCII that each value that matches holds, or null. With `folded` the values
 * are looked at in lower case, and so is the text.
 */
export function requiredText(pattern: Pattern, folded: boolean): string | null {
  const texts = runsOf(pattern)
    .filter((run) => folded || !run.ignoresCase)
    // A long s matches "s" without regard to case and has no ASCII letter as its lower case.
    .flatMap((run) => (run.ignoresCase ? run.text.split(/s/i) : [run.text]))
    .map((text) => (folded ? text.toLowerCase() : text).slice(0, MAX_LENGTH))
    .filter((text) => text.length >= MIN_LENGTH);
  return texts.reduce<string | null>(
    (best, text) => (best === null || text.length > best.length ? text : best),
    null,
  );
}

/** Unbroken runs of single characters that each match passes through. */
function runsOf(pattern: Pattern): Run[] {
  const runs: Run[] = [];
  let text = "";
  let ignoresCase = false;
  const endRun = (): void => {
    if (text !== "") runs.push({ text, ignoresCase });
    text = "";
    ignoresCase = false;
  };
  const walk = (node: Pattern): void => {
    const character = onlyCharacter(node);
    if (character !== null && character < 0x80 && node.kind === "oneOf") {
      text += String.fromCharCode(character);
      ignoresCase ||= node.ignoreCase;
      return;
    }
    if (node.kind === "sequence" || node.kind === "group") {
      childrenOf(node).forEach(walk);
      return;
    }
    // Assertions take no characters: the run goes on.
    if (node.kind === "assertion" || node.kind === "look") return;
    endRun();
    if (node.kind === "repeat" && node.min > 0) walk(node.body);
    endRun();
  };
  walk(pattern);
  endRun();
  return runs;
}
