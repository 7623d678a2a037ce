// How long something took, or how much it was, as counts per bucket: an array and two sums, so that it
// costs a call next to nothing. It becomes a Prometheus histogram only when somebody asks.

import type { MetricReport, MetricSample } from "./metric-report.ts";

/** Upper bounds in seconds. */
const SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
] as const;

/** Of definitions, which are read, compiled and stored. */
export const SLOW_SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] as const;
/** Of phases of a call, which take microseconds. */
export const FAST_SECONDS = [
  0.000001, 0.0000025, 0.000005, 0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025,
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
] as const;
/** Of things that are counted. */
export const COUNTS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000] as const;

export class Distribution {
  readonly #bounds: readonly number[];
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(bounds: readonly number[] = SECONDS) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  /** Milliseconds, where the bounds are seconds. */
  add(durationMs: number): void {
    this.addValue(durationMs / 1000);
  }

  addValue(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  report(name: string, help: string): MetricReport {
    return histogram(name, help, this.samples(name, {}));
  }

  /** One of several histograms of a name, told apart by their labels. */
  samples(name: string, labels: Readonly<Record<string, string>>): MetricSample[] {
    const values: MetricSample[] = [];
    let total = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      total += count;
      const le = this.#bounds[bucket] ?? "+Inf";
      values.push({ value: total, labels: { ...labels, le }, metricName: `${name}_bucket` });
    }
    values.push({ value: this.#sum, labels, metricName: `${name}_sum` });
    values.push({ value: total, labels, metricName: `${name}_count` });
    return values;
  }
}

/** Distributions that one label tells apart. */
export class Distributions {
  readonly #label: string;
  readonly #bounds: readonly number[];
  readonly #byValue = new Map<string, Distribution>();

  constructor(label: string, bounds: readonly number[] = SECONDS) {
    this.#label = label;
    this.#bounds = bounds;
  }

  of(value: string): Distribution {
    const found = this.#byValue.get(value);
    if (found !== undefined) return found;
    const made = new Distribution(this.#bounds);
    this.#byValue.set(value, made);
    return made;
  }

  report(name: string, help: string): MetricReport {
    const values = [...this.#byValue].flatMap(([value, one]) =>
      one.samples(name, { [this.#label]: value }),
    );
    return histogram(name, help, values);
  }
}

function histogram(name: string, help: string, values: readonly MetricSample[]): MetricReport {
  return { name, help, type: "histogram", values, aggregator: "sum" };
}
