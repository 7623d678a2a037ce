// Regular expressions of rules, in Java's flavour, with a bound on what they may cost. The front door.
//
// A pattern runs on re2js, whose time is linear. What that engine cannot do (look-around, references back)
// runs on the backtracking engine of JavaScript when the pattern's tree shows that it cannot explode.

import { err, ok, type Result } from "../../model/result.ts";
import { linearEngine } from "./linear-engine.ts";
import { parsePattern } from "./parse-pattern.ts";
import { automatonSize, backtrackingSteps, MAX_BACKTRACKED_CHARACTERS } from "./pattern-cost.ts";
import { type Pattern, somewhere } from "./pattern-tree.ts";
import { printForJavaScript, printForRe2 } from "./print-pattern.ts";
import { requiredText } from "./required-text.ts";

export interface Regex {
  /** Whether the whole value matches; a very long value is cut before. */
  matches(value: string): boolean;
  /** At most so many steps, about 15 ns each, for a value of this length: what a call's budget counts. */
  stepsFor(characters: number): number;
  /** Text that each matching value holds, or null when there is none worth looking for. */
  requiredText(folded: boolean): string | null;
  /** What compiling it costs, to be added up over a rule: microseconds, roughly. */
  readonly size: number;
  /** Null for a pattern of the backtracking engine. */
  readonly linear: LinearForm | null;
}

export interface LinearForm {
  /** In RE2's spelling. */
  readonly source: string;
  /** Steps for each character of a value, at most. */
  readonly width: number;
  /** Values are cut here. */
  readonly maxCharacters: number;
}

const MAX_PATTERN_CHARACTERS = 16_384;
/** Characters and sets of a pattern with its counted repeats written out: what compiling costs. */
const MAX_AUTOMATON_SIZE = 2_000;
/** Those of them that matching may have to try at each character of a value. */
const MAX_WIDTH = 600;
const MIN_WIDTH = 8;
/** About 10 ms for a pattern made to be slow on a value made for it. */
const MAX_STEPS_PER_VALUE = 600_000;
const MAX_MATCHED_CHARACTERS = 32_768;
/** Steps of the backtracking engine on a value of the greatest length: two repeats after one another. */
const MAX_BACKTRACKING_STEPS = 9_000_000;
/** Those steps are compiled code, faster by as much than a step of an automaton. */
const BACKTRACKING_STEPS_PER_STEP = 10;
/** What a value costs before its first character: a pattern that was not in use is far away in memory. */
const STEPS_PER_VALUE = 100;
const SIZE_PER_PATTERN = 20;

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
  const pattern = parsed.value;
  const { characters, wide } = automatonSize(pattern);
  if (characters > MAX_AUTOMATON_SIZE || wide > MAX_WIDTH) return err(tooLarge(characters, wide));
  const size = SIZE_PER_PATTERN + characters;
  return needsBacktracking(pattern)
    ? backtrackingRegex(pattern, size)
    : linearRegex(pattern, size, Math.max(wide, MIN_WIDTH));
}

function tooLarge(characters: number, wide: number): string {
  const [limit, count, what] =
    wide > MAX_WIDTH
      ? [MAX_WIDTH, wide, "sets and repeated characters"]
      : [MAX_AUTOMATON_SIZE, characters, "characters and sets"];
  const found = count > 1_000_000 ? "millions of" : `${count}`;
  return `Found a regular expression of ${found} ${what} with its repeats written out; the most is ${limit}.`;
}

function needsBacktracking(pattern: Pattern): boolean {
  return somewhere(pattern, ({ kind }) => kind === "look" || kind === "backReference");
}

function linearRegex(pattern: Pattern, size: number, width: number): Result<Regex, string> {
  const source = printForRe2(pattern);
  const compiled = linearEngine([source]);
  if (!compiled.ok) return err(`Found a regular expression that cannot run: ${compiled.error}.`);
  const engine = compiled.value;
  const maxCharacters = Math.min(Math.floor(MAX_STEPS_PER_VALUE / width), MAX_MATCHED_CHARACTERS);
  return ok({
    matches: (value) => engine.matching(cut(value, maxCharacters)).length > 0,
    stepsFor: (characters) => STEPS_PER_VALUE + Math.min(characters, maxCharacters) * width,
    requiredText: (folded) => requiredText(pattern, folded),
    size,
    linear: { source, width, maxCharacters },
  });
}

function backtrackingRegex(pattern: Pattern, size: number): Result<Regex, string> {
  const steps = backtrackingSteps(pattern);
  if (steps > MAX_BACKTRACKING_STEPS) {
    return err(
      "Found a regular expression with a look-around or a reference back whose repeats may take too long on some values; expected at most two repeats after one another and none inside another.",
    );
  }
  const compiled = javaScriptRegex(pattern);
  if (!compiled.ok) return compiled;
  const regex = compiled.value;
  return ok({
    matches: (value) => regex.test(cut(value, MAX_BACKTRACKED_CHARACTERS)),
    stepsFor: (characters) => {
      const share = Math.min(characters / MAX_BACKTRACKED_CHARACTERS, 1);
      return STEPS_PER_VALUE + (share * steps) / BACKTRACKING_STEPS_PER_STEP;
    },
    requiredText: (folded) => requiredText(pattern, folded),
    size,
    linear: null,
  });
}

/** JavaScript refuses a pattern by throwing; here that is the author's fault and becomes a value. */
function javaScriptRegex(pattern: Pattern): Result<RegExp, string> {
  try {
    return ok(new RegExp(printForJavaScript(pattern), "u"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return err(`Found a regular expression that cannot run: ${reason.slice(0, 200)}.`);
  }
}

function cut(value: string, maxCharacters: number): string {
  return value.length > maxCharacters ? value.slice(0, maxCharacters) : value;
}
