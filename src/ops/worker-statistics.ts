// What a worker counts while it serves. Counting happens on every call, so it is kept to a few look-ups;
// Prometheus's form is made when the primary asks for it. No label holds anything that a caller wrote.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { Distribution } from "./distribution.ts";
import type { MetricReport, MetricSample } from "./metric-report.ts";

/** What is counted of a call. */
export interface CountedCall {
  readonly endpoint: string;
  readonly form: string;
  readonly status: number;
  readonly errorCodes: readonly number[];
  readonly durationMs: number;
}

const LAG_RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

export class WorkerStatistics {
  /** Of the definitions served. */
  revision = 0;
  readonly #callsByKind = new Map<string, Map<string, Map<number, number>>>();
  readonly #errors = new Map<number, number>();
  readonly #faults = new Map<string, number>();
  readonly #callDurations = new Distribution();
  readonly #commitDurations = new Distribution();
  #failedCommits = 0;
  #commitsUnderWay = 0;
  readonly #lag: ReturnType<typeof monitorEventLoopDelay>;

  constructor() {
    this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
    this.#lag.enable();
  }

  countCall(call: CountedCall): void {
    const byForm = emplace(this.#callsByKind, call.endpoint, () => new Map());
    const byStatus = emplace(byForm, call.form, () => new Map<number, number>());
    increment(byStatus, call.status);
    for (const code of call.errorCodes) increment(this.#errors, code);
    this.#callDurations.add(call.durationMs);
  }

  countFault(step: string): void {
    increment(this.#faults, step);
  }

  commitBegan(): void {
    this.#commitsUnderWay++;
  }

  commitEnded(durationMs: number, stored: boolean): void {
    this.#commitsUnderWay--;
    this.#commitDurations.add(durationMs);
    if (!stored) this.#failedCommits++;
  }

  /** What has happened since the worker began, and the event loop's lag since the last report. */
  report(): readonly MetricReport[] {
    const lagSeconds = this.#lag.percentile(99) / NANOSECONDS;
    this.#lag.reset();
    return [
      counter("dunlin_calls_total", "Calls answered.", this.#callSamples()),
      counter("dunlin_call_errors_total", "Error codes in answers.", samples(this.#errors, "code")),
      counter("dunlin_faults_total", "Faults that calls survived.", samples(this.#faults, "step")),
      this.#callDurations.report("dunlin_call_duration_seconds", "From request to answer."),
      this.#commitDurations.report("dunlin_store_commit_duration_seconds", "Commits of profiles."),
      counter("dunlin_store_commit_failures_total", "Commits that failed.", [
        { value: this.#failedCommits, labels: {} },
      ]),
      gauge("dunlin_store_commits_under_way", "Commits that wait.", this.#commitsUnderWay, "sum"),
      gauge("dunlin_worker_revision", "Oldest revision that is served.", this.revision, "min"),
      gauge("dunlin_event_loop_lag_seconds", "Worst worker's 99th percentile.", lagSeconds, "max"),
      gauge("dunlin_resident_memory_bytes", "Of all workers.", process.memoryUsage.rss(), "sum"),
    ];
  }

  #callSamples(): MetricSample[] {
    const values: MetricSample[] = [];
    for (const [endpoint, byForm] of this.#callsByKind) {
      for (const [form, byStatus] of byForm) {
        for (const [status, value] of byStatus) {
          values.push({ value, labels: { endpoint, form, status } });
        }
      }
    }
    return values;
  }
}

function counter(name: string, help: string, values: readonly MetricSample[]): MetricReport {
  return { name, help, type: "counter", values, aggregator: "sum" };
}

function gauge(
  name: string,
  help: string,
  value: number,
  aggregator: "sum" | "max" | "min",
): MetricReport {
  // An empty event loop has no lag yet.
  const known = Number.isFinite(value) ? value : 0;
  return { name, help, type: "gauge", values: [{ value: known, labels: {} }], aggregator };
}

function samples<K extends string | number>(
  counts: ReadonlyMap<K, number>,
  label: string,
): MetricSample[] {
  return [...counts].map(([key, value]) => ({ value, labels: { [label]: key } }));
}

function increment<K>(counts: Map<K, number>, key: K): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function emplace<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
