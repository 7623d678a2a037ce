// Regular expressions that are asked about the same values, run as one: a value is walked once for all of
// them.

import { invariant } from "../../model/result.ts";
import { linearEngine } from "./linear-engine.ts";
import type { LinearForm, Regex } from "./regex.ts";

export interface RegexGroup<T> {
  /** What was said to belong to the expressions that match the value. */
  matching(value: string): readonly T[];
  /** A longer value is not for the group: its expressions cut it at different places. */
  readonly maxCharacters: number;
  stepsFor(characters: number): number;
  readonly members: readonly T[];
}

export interface GroupMember<T> {
  readonly regex: Regex;
  readonly of: T;
}

/** What a group may try at each character of a value, in all. */
const MAX_WIDTH = 400;
const STEPS_PER_VALUE = 200;

/** Only expressions of the linear engine are grouped; the others are left out. */
export function groupRegexes<T>(members: readonly GroupMember<T>[]): RegexGroup<T>[] {
  const groups: RegexGroup<T>[] = [];
  let batch: { linear: LinearForm; of: T }[] = [];
  let width = 0;
  const endBatch = (): void => {
    if (batch.length > 1) groups.push(regexGroup(batch, width));
    batch = [];
    width = 0;
  };
  for (const { regex, of } of members) {
    const { linear } = regex;
    if (linear === null) continue;
    if (width + linear.width > MAX_WIDTH) endBatch();
    batch.push({ linear, of });
    width += linear.width;
  }
  endBatch();
  return groups;
}

function regexGroup<T>(
  batch: readonly { linear: LinearForm; of: T }[],
  width: number,
): RegexGroup<T> {
  const engine = linearEngine(batch.map(({ linear }) => linear.source));
  invariant(engine.ok, "regular expressions that compile alone do not compile together");
  const members = batch.map(({ of }) => of);
  return {
    members,
    maxCharacters: Math.min(...batch.map(({ linear }) => linear.maxCharacters)),
    stepsFor: (characters) => STEPS_PER_VALUE + characters * width,
    matching: (value) =>
      engine.value.matching(value).flatMap((place) => {
        const member = members[place];
        return member === undefined ? [] : [member];
      }),
  };
}
