// One door to re2js: patterns in RE2's spelling, one or many at once, matched against whole values.

import { RE2Set } from "re2js";
import { err, ok, type Result } from "../../model/result.ts";

export interface LinearEngine {
  /** Which of the patterns match the whole value, by their places. */
  matching(value: string): readonly number[];
}

/** States that re2js may keep for a pattern or a group; beyond, it works without. */
const MAX_STATE_BYTES = 262_144;

export function linearEngine(sources: readonly string[]): Result<LinearEngine, string> {
  const set = new RE2Set(RE2Set.ANCHOR_BOTH, 0, MAX_STATE_BYTES);
  // re2js refuses a pattern by throwing; here that is the author's fault and becomes a value.
  try {
    for (const source of sources) set.add(source);
    set.compile();
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  return ok({ matching: (value) => set.match(value) });
}
