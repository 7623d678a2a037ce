// Several stored profiles read as one ("Audience model", Read and merge). The front door of merging.

import type { TraitId } from "../../model/ids.ts";
import { EMPTY_PROFILE, type Profile } from "../../model/profile.ts";
import type { ProfileSource } from "./profile-source.ts";

export type { ProfileSource } from "./profile-source.ts";

/** The life of a trait in days, 0 = never ends; null for a trait that does not exist any more. */
export type TraitLife = (sid: TraitId) => number | null;

/**
 * What is known of a visitor whose profiles these are, at a time (milliseconds since the epoch). With a
 * single source that is alive the answer is that very profile, records that have run out included.
 */
export function mergeProfiles(
  sources: readonly ProfileSource[],
  _ttlDaysOf: TraitLife,
  _now: number,
): Profile {
  return sources[0]?.profile ?? EMPTY_PROFILE;
}
