// How long something took, as counts per bucket: an array and two sums, so that it costs a call next to
// nothing. It becomes a Prometheus histogram only when somebody asks.

import type { MetricReport, MetricSample } from "./metric-report.ts";

/** Upper bounds in seconds. */
const BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
] as const;

export class Distribution {
  readonly #counts = new Float64Array(BOUNDS.length + 1);
  #sumSeconds = 0;

  add(durationMs: number): void {
    const seconds = durationMs / 1000;
    let bucket = 0;
    while (bucket < BOUNDS.length && seconds > (BOUNDS[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sumSeconds += seconds;
  }

  report(name: string, help: string): MetricReport {
    const values: MetricSample[] = [];
    let total = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      total += count;
      const le = BOUNDS[bucket] ?? "+Inf";
      values.push({ value: total, labels: { le }, metricName: `${name}_bucket` });
    }
    values.push({ value: this.#sumSeconds, labels: {}, metricName: `${name}_sum` });
    values.push({ value: total, labels: {}, metricName: `${name}_count` });
    return { name, help, type: "histogram", values, aggregator: "sum" };
  }
}
