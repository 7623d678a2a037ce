// Regular expressions of rules, in Java's flavour, with a bound on what they may cost. The front door.
//
// A pattern runs on re2js, whose time is linear. What that engine cannot do (look-around, references back)
// runs on the backtracking engine of JavaScript when the pattern's tree shows that it cannot explode.

import { RE2Set } from "re2js";
import { err, ok, type Result } from "../../model/result.ts";
import { parsePattern } from "./parse-pattern.ts";
import { automatonSize, backtrackingSteps, MAX_BACKTRACKED_CHARACTERS } from "./pattern-cost.ts";
import { type Pattern, somewhere } from "./pattern-tree.ts";
import { printForJavaScript, printForRe2 } from "./print-pattern.ts";
import { requiredText } from "./required-text.ts";

export interface Regex {
  /** Whether the whole value matches; a value beyond `maxCharacters` is cut before. */
  matches(value: string): boolean;
  readonly maxCharacters: number;
  /** At most so many steps a character, about 15 ns each: what a call's budget is counted in. */
  readonly stepsPerCharacter: number;
  /** Text that each matching value holds, or null when there is none worth looking for. */
  requiredText(folded: boolean): string | null;
}

const MAX_PATTERN_CHARACTERS = 16_384;
/** Characters and sets of a pattern with its counted repeats written out: what compiling costs. */
const MAX_AUTOMATON_SIZE = 5_000;
/** Those of them that matching may have to try at each character of a value. */
const MAX_WIDE_AUTOMATON_SIZE = 600;
/** About 10 ms for a pattern made to be slow on a value made for it. */
const MAX_STEPS_PER_VALUE = 600_000;
/** An exception: a value of this length is never cut. */
const MIN_MATCHED_CHARACTERS = 1_024;
const MAX_MATCHED_CHARACTERS = 32_768;
/** States that re2js may keep for a pattern; beyond, it works without. */
const MAX_STATE_BYTES = 262_144;
/** Steps of the backtracking engine on a value of the greatest length: about 10 ms. */
const MAX_BACKTRACKING_STEPS = 9_000_000;
const BACKTRACKING_STEPS_PER_CHARACTER = 1_000;

/** A pattern ready to run, or a sentence on what is wrong with it. */
export function compileRegex(text: string): Result<Regex, string> {
  if (text.length > MAX_PATTERN_CHARACTERS) {
    return err(
      `Found a regular expression of ${text.length} characters; the most is ${MAX_PATTERN_CHARACTERS}.`,
    );
  }
  const parsed = parsePattern(text);
  if (!parsed.ok) {
    return err(`Found a regular expression with ${parsed.error}, which is not possible here.`);
  }
  const { characters, wide } = automatonSize(parsed.value);
  if (characters > MAX_AUTOMATON_SIZE || wide > MAX_WIDE_AUTOMATON_SIZE) {
    return err(
      `Found a regular expression of ${characters} characters and sets with its repeats written out, ${wide} of them sets or repeated; the most are ${MAX_AUTOMATON_SIZE} and ${MAX_WIDE_AUTOMATON_SIZE}.`,
    );
  }
  return needsBacktracking(parsed.value)
    ? backtrackingRegex(parsed.value)
    : linearRegex(parsed.value, wide);
}

function needsBacktracking(pattern: Pattern): boolean {
  return somewhere(pattern, ({ kind }) => kind === "look" || kind === "backReference");
}

function linearRegex(pattern: Pattern, wide: number): Result<Regex, string> {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, MAX_STATE_BYTES);
  const fault = whatItThrows(() => {
    set.add(printForRe2(pattern));
    set.compile();
  });
  if (fault !== null) return err(`Found a regular expression that cannot run: ${fault}.`);
  const stepsPerCharacter = Math.max(wide, 8);
  const affordable = Math.floor(MAX_STEPS_PER_VALUE / stepsPerCharacter);
  const maxCharacters = Math.min(
    Math.max(affordable, MIN_MATCHED_CHARACTERS),
    MAX_MATCHED_CHARACTERS,
  );
  return ok({
    matches: (value) => set.match(cut(value, maxCharacters)).length > 0,
    maxCharacters,
    stepsPerCharacter,
    requiredText: (folded) => requiredText(pattern, folded),
  });
}

function backtrackingRegex(pattern: Pattern): Result<Regex, string> {
  if (backtrackingSteps(pattern) > MAX_BACKTRACKING_STEPS) {
    return err(
      "Found a regular expression with a look-around or a reference back whose repeats may take too long on some values; expected at most two repeats after one another and none inside another.",
    );
  }
  let compiled: RegExp | null = null;
  const fault = whatItThrows(() => {
    compiled = new RegExp(printForJavaScript(pattern), "u");
  });
  const regex: RegExp | null = compiled;
  if (fault !== null || regex === null) {
    return err(`Found a regular expression that cannot run: ${fault}.`);
  }
  return ok(regexOf(regex, pattern));
}

function regexOf(regex: RegExp, pattern: Pattern): Regex {
  return {
    matches: (value) => regex.test(cut(value, MAX_BACKTRACKED_CHARACTERS)),
    maxCharacters: MAX_BACKTRACKED_CHARACTERS,
    stepsPerCharacter: BACKTRACKING_STEPS_PER_CHARACTER,
    requiredText: (folded) => requiredText(pattern, folded),
  };
}

function cut(value: string, maxCharacters: number): string {
  return value.length > maxCharacters ? value.slice(0, maxCharacters) : value;
}

/** The engines refuse patterns by throwing; here that is the author's fault and becomes a value. */
function whatItThrows(compile: () => void): string | null {
  try {
    compile();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
