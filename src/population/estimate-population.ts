// Estimates: a sample of the visitors, evaluated as all of them would be.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import type { SegmentId } from "../model/ids.ts";
import { DAY_MS } from "../model/time.ts";
import type { ScannedProfiles } from "../profiles/profile-scan.ts";
import { type Interval, intervalOf, type SampledRun, sumOfIntervals } from "./interval.ts";
import {
  type Counted,
  type CountWorld,
  type Pass,
  passesOver,
  passesOverAll,
} from "./population.ts";

export interface Estimate extends Interval {
  readonly confidence: 0.95;
  /** In words: how many profiles of how many were looked at. */
  readonly basedOn: string;
}

export interface EstimateWorld extends Pick<CountWorld, "store" | "now" | "signal" | "pause"> {
  /** From 0 to 1, 1 excluded. */
  random(): number;
}

/** Profiles that are looked at in a few hundredths of a second. */
const AT_ONCE = 20_000;
/** Fewer are all looked at. */
const THOROUGHLY = 1_000_000;
/** The longest of the documented ranges of reports. */
export const REAL_TIME_DAYS = 90;

/** How many visitors are in a segment of the definitions after, within a tenth of a second. */
export async function estimateSegment(
  counted: Counted,
  sid: SegmentId,
  world: EstimateWorld,
): Promise<Estimate> {
  const isIn: Measure = (_of, after) => after.includes(sid);
  const { intervals, basedOn } = await sample(passesOver(counted, world), {
    ...{ wanted: AT_ONCE, measures: [isIn], world },
  });
  const [interval = NOBODY] = intervals;
  return { ...interval, confidence: 0.95, basedOn };
}

/**
 * On how many profiles a segment's rule holds by itself, whatever the merge rule reads: in all, and of devices that
 * were seen within 90 days.
 */
export async function estimateForBuilder(
  partner: PartnerCatalog,
  sid: SegmentId,
  world: EstimateWorld,
): Promise<{
  readonly total: Interval;
  readonly realTime: Interval;
  readonly confidence: 0.95;
  readonly basedOn: string;
}> {
  const since = world.now - REAL_TIME_DAYS * DAY_MS;
  const isIn: Measure = (_of, after) => after.includes(sid);
  const isSeen: Measure = (of, after, lastSeen) =>
    of.kind === "devices" && lastSeen > since && after.includes(sid);
  const { intervals, basedOn } = await sample(passesOverAll(partner, world), {
    ...{ wanted: THOROUGHLY, measures: [isIn, isSeen], world },
  });
  const [total = NOBODY, realTime = NOBODY] = intervals;
  return { total, realTime, confidence: 0.95, basedOn };
}

const NOBODY: Interval = { estimate: 0, low: 0, high: 0 };

/** Whether a visitor is counted. */
type Measure = (of: ScannedProfiles, after: readonly SegmentId[], lastSeen: number) => boolean;

interface SampleOptions {
  readonly wanted: number;
  readonly measures: readonly Measure[];
  readonly world: EstimateWorld;
}

async function sample(
  passes: readonly Pass[],
  { wanted, measures, world }: SampleOptions,
): Promise<{ readonly intervals: readonly Interval[]; readonly basedOn: string }> {
  const parts = measures.map((): Interval[] => []);
  let visited = 0;
  let population = 0;
  for (const pass of passes) {
    const share = Math.ceil(wanted / passes.length);
    const { runs, basis } = await samplePass(pass, { wanted: share, measures, world });
    visited += basis.visited;
    population += basis.population;
    for (const [place, part] of parts.entries()) {
      part.push(intervalOf(runs[place] ?? [], basis.population));
    }
  }
  const basedOn =
    visited >= population
      ? `all ${population} profiles`
      : `a sample of ${visited} of ${population} profiles`;
  return {
    intervals: parts.map((part) => (part.length === 0 ? NOBODY : sumOfIntervals(part))),
    basedOn,
  };
}

async function samplePass({ of, evaluator }: Pass, { wanted, measures, world }: SampleOptions) {
  const runs = measures.map((): SampledRun[] => []);
  let visited = 0;
  const endRun = async (): Promise<void> => {
    const found = measures.map(() => 0);
    await evaluator.flush((_before, after, lastSeen) => {
      for (const [place, measure] of measures.entries()) {
        if (measure(of, after, lastSeen)) found[place] = (found[place] ?? 0) + 1;
      }
    });
    for (const [place, run] of runs.entries()) run.push({ visited, found: found[place] ?? 0 });
    visited = 0;
    world.signal.throwIfAborted();
    await world.pause();
  };
  const basis = await world.store.scan.sample(of, {
    ...{ wanted, random: world.random, endRun },
    visit: (record) => {
      visited++;
      evaluator.visit(record);
    },
  });
  return { runs, basis };
}
