import type { SampleBasis, Sampling, ScannedProfiles } from "../../../profiles/profile-scan.ts";
import { type RecordCursor, rangeOf } from "./record-cursor.ts";

export interface RankSampling extends Sampling {
  /** Lets go of the view of the store that is held. */
  seeLatest(): void;
}

/** Fewer are all visited. */
const FEW = 10_000;
export const RECORDS_A_RUN = 100;
/** Runs that are too few to tell how much they differ. */
const FEWEST_RUNS = 50;

/** Takes as long as passing over all keys takes: a twentieth of a second a million. */
export async function sampleByRank(
  cursor: RecordCursor,
  of: ScannedProfiles,
  sampling: RankSampling,
): Promise<SampleBasis> {
  const first = await sampleEvery(cursor, of, cursor.entryCount, sampling);
  const { population, visited } = first;
  // Of a large store these may be a small part: now it is known how many there are.
  const wantedRuns = Math.min(FEWEST_RUNS, sampling.wanted / RECORDS_A_RUN);
  if (visited === population || visited >= wantedRuns * RECORDS_A_RUN) return first;
  const again = await sampleEvery(cursor, of, population, sampling);
  return { ...again, visited: visited + again.visited };
}

/** Runs at equal distances, of which chance says where they begin: so each rank has the same chance. */
async function sampleEvery(
  cursor: RecordCursor,
  of: ScannedProfiles,
  total: number,
  sampling: RankSampling,
): Promise<SampleBasis> {
  const runs = Math.max(1, Math.floor(sampling.wanted / RECORDS_A_RUN));
  const stride = total <= FEW ? RECORDS_A_RUN : Math.max(RECORDS_A_RUN, Math.ceil(total / runs));
  const gap = stride - RECORDS_A_RUN;
  const begin = Math.floor(sampling.random() * stride);
  // One that begins before the first record has its end here.
  let limit = begin <= gap ? RECORDS_A_RUN : begin - gap;
  let skipped = begin <= gap ? begin : 0;
  let after: Uint8Array | null = null;
  let population = 0;
  let visited = 0;
  for (;;) {
    sampling.seeLatest();
    const found = cursor.visit({ ...rangeOf(of), after, skipped, limit }, sampling.visit);
    visited += found.visited;
    if (found.visited > 0) await sampling.endRun();
    if (found.last === null) {
      // What was skipped before the end may be less than was asked for.
      population +=
        found.visited === 0 ? cursor.count(rangeOf(of), after) : skipped + found.visited;
      return { population, visited, isWhole: visited === population };
    }
    population += skipped + found.visited;
    after = found.last;
    skipped = gap;
    limit = RECORDS_A_RUN;
  }
}
