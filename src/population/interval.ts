// From a sample to a number and its 95 % interval. Neighbours in a store may be alike (devices that were made one
// after the other), so runs of neighbours are compared with one another; where few are found, or nobody, the
// interval of a plain share (Wilson's) is the wider one, and counts.

/** What was found in one run of neighbouring profiles. */
export interface SampledRun {
  readonly visited: number;
  readonly found: number;
}

export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

export const CONFIDENCE = 0.95;
const Z = 1.96;
/** Of Student's distribution for as many runs as samples have at least, which is on the safe side for more. */
const T = 2.01;

export function intervalOf(runs: readonly SampledRun[], population: number): Interval {
  const visited = runs.reduce((sum, run) => sum + run.visited, 0);
  const found = runs.reduce((sum, run) => sum + run.found, 0);
  if (visited === 0) return { estimate: 0, low: 0, high: population };
  if (visited >= population) return { estimate: found, low: found, high: found };
  const share = found / visited;
  const spread = T * deviationBetween(runs, share, visited);
  const [wilsonLow, wilsonHigh] = wilson(share, visited);
  const low = Math.floor(population * Math.min(wilsonLow, share - spread));
  const high = Math.ceil(population * Math.max(wilsonHigh, share + spread));
  return {
    estimate: Math.round(population * share),
    // Who was found is there, and who was not is not.
    low: Math.max(found, low),
    high: Math.min(population - (visited - found), high),
  };
}

/** Of parts that were sampled apart. */
export function sumOfIntervals(parts: readonly Interval[]): Interval {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const estimate = parts.reduce((sum, part) => sum + part.estimate, 0);
  const squares = (of: (part: Interval) => number): number =>
    Math.sqrt(parts.reduce((sum, part) => sum + of(part) ** 2, 0));
  return {
    estimate,
    low: Math.max(0, Math.floor(estimate - squares((part) => part.estimate - part.low))),
    high: Math.ceil(estimate + squares((part) => part.high - part.estimate)),
  };
}

function deviationBetween(runs: readonly SampledRun[], share: number, visited: number): number {
  if (runs.length < 2) return 0;
  const squares = runs.reduce((sum, run) => sum + (run.found - share * run.visited) ** 2, 0);
  return Math.sqrt((squares * runs.length) / (runs.length - 1)) / visited;
}

function wilson(share: number, count: number): readonly [number, number] {
  const z2 = Z * Z;
  const middle = share + z2 / (2 * count);
  const half = Z * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  const scale = 1 + z2 / count;
  return [(middle - half) / scale, (middle + half) / scale];
}
