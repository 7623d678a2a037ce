/** The form in which a process reports a metric: the one that prom-client gives, adds up and prints. */
export interface MetricReport {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly values: readonly MetricSample[];
  /** How the values of several processes become one. */
  readonly aggregator: "sum" | "max" | "min";
}

export interface MetricSample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Of a histogram's bucket, sum or count. */
  readonly metricName?: string;
}

/** A metric with one value and no labels. */
export function singleMetric(
  type: "counter" | "gauge",
  name: string,
  help: string,
  value: number,
): MetricReport {
  const aggregator = type === "counter" ? "sum" : "max";
  return { name, help, type, values: [{ value, labels: {} }], aggregator };
}
