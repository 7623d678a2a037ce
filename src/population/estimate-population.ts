// The first answer, within a tenth of a second: a sample of the visitors, evaluated as all of them would be.

import type { SegmentId } from "../model/ids.ts";
import { type Interval, intervalOf, type SampledRun, sumOfIntervals } from "./interval.ts";
import { type Counted, type CountWorld, passesOver } from "./population.ts";

export interface Estimate extends Interval {
  readonly confidence: 0.95;
  /** In words: how many profiles of how many were looked at. */
  readonly basedOn: string;
}

/** Profiles that are looked at in a few hundredths of a second. */
const WANTED = 20_000;

/** How many visitors are in a segment of the definitions after. */
export async function estimateSegment(
  counted: Counted,
  sid: SegmentId,
  world: Pick<CountWorld, "store" | "now" | "signal"> & { random(): number },
): Promise<Estimate> {
  const parts: Interval[] = [];
  let visited = 0;
  let population = 0;
  const passes = passesOver(counted, world);
  for (const { of, evaluator } of passes) {
    const runs: SampledRun[] = [];
    let visitedInRun = 0;
    const endRun = async (): Promise<void> => {
      let found = 0;
      await evaluator.flush((_before, after) => {
        if (after.includes(sid)) found++;
      });
      runs.push({ visited: visitedInRun, found });
      visitedInRun = 0;
      world.signal.throwIfAborted();
    };
    const basis = await world.store.scan.sample(of, {
      ...{ wanted: Math.ceil(WANTED / passes.length), random: world.random, endRun },
      visit: (record) => {
        visitedInRun++;
        evaluator.visit(record);
      },
    });
    visited += basis.visited;
    population += basis.population;
    parts.push(intervalOf(runs, basis.population));
  }
  const interval = parts.length === 0 ? { estimate: 0, low: 0, high: 0 } : sumOfIntervals(parts);
  const basedOn =
    visited >= population
      ? `all ${population} profiles`
      : `a sample of ${visited} of ${population} profiles`;
  return { ...interval, confidence: 0.95, basedOn };
}
