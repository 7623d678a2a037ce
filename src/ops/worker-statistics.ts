// What a worker counts while it serves. Counting happens on every call, so it is kept to a few look-ups;
// Prometheus's form is made when the primary asks for it. No label holds anything that a caller wrote.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { type CacheUse, cacheReports, noCacheUse } from "./cache-use.ts";
import { COUNTS, Distribution, Distributions, FAST_SECONDS } from "./distribution.ts";
import type { MetricReport, MetricSample } from "./metric-report.ts";
import { refusalReason } from "./refusals.ts";
import { askRedisPending } from "./watched-channels.ts";

/** What is counted of a call. */
export interface CountedCall {
  readonly endpoint: string;
  readonly form: string;
  readonly status: number;
  readonly errorCodes: readonly number[];
  readonly durationMs: number;
  /** Whether it was answered without any work, since too many were under way. */
  readonly isOverload?: boolean;
}

/** What one transaction of the embedded store committed. */
export interface CountedGroup {
  readonly file: string;
  readonly commits: number;
  readonly durationMs: number;
}

/** What is so at the moment of a report. */
export interface WorkerNow {
  readonly callsUnderWay: number;
}

const LAG_RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

export class WorkerStatistics {
  /** Of the definitions served. */
  revision = 0;
  /** Counted by those who keep these caches. */
  readonly caches: Readonly<Record<"geo" | "devices", CacheUse>> = {
    geo: noCacheUse(),
    devices: noCacheUse(),
  };
  readonly #callsByKind = new Map<string, Map<string, Map<number, number>>>();
  readonly #errors = new Map<number, number>();
  readonly #faults = new Map<string, number>();
  readonly #wireRefusals = new Map<string, number>();
  readonly #callDurations = new Distributions("endpoint");
  readonly #phaseDurations = new Distributions("phase", FAST_SECONDS);
  readonly #loadDurations = new Distribution();
  readonly #commitDurations = new Distribution();
  readonly #groupSizes = new Distributions("file", COUNTS);
  readonly #groupDurations = new Distributions("file");
  #failedCommits = 0;
  #overloads = 0;
  #destinationsHeldBack = 0;
  #callsTooMany = 0;
  #commitsUnderWay = 0;
  #loadsUnderWay = 0;
  #failedLoads = 0;
  #connections = 0;
  #connectionsOpen = 0;
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
    this.#callDurations.of(call.endpoint).add(call.durationMs);
    if (call.isOverload === true) this.#callsTooMany++;
  }

  /** All that a watched call spent in one phase. */
  countPhase(phase: string, durationMs: number): void {
    this.#phaseDurations.of(phase).add(durationMs);
  }

  connectionOpened(): void {
    this.#connections++;
    this.#connectionsOpen++;
  }

  connectionClosed(): void {
    this.#connectionsOpen--;
  }

  groupCommitted({ file, commits, durationMs }: CountedGroup): void {
    this.#groupSizes.of(file).addValue(commits);
    this.#groupDurations.of(file).add(durationMs);
  }

  loadBegan(): void {
    this.#loadsUnderWay++;
  }

  loadEnded(durationMs: number, loaded: boolean): void {
    this.#loadsUnderWay--;
    this.#loadDurations.add(durationMs);
    if (!loaded) this.#failedLoads++;
  }

  /** What came was not read as HTTP, or an answer was not taken. */
  countWireRefusal(kind: string): void {
    increment(this.#wireRefusals, kind);
  }

  /** Answers left out so many destinations because of their caps. */
  countHeldBack(count: number): void {
    this.#destinationsHeldBack += count;
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

  /** The store took no more: one of the commits that failed. */
  commitRefused(): void {
    this.#overloads++;
  }

  /** What has happened since the worker began. */
  report({ callsUnderWay }: WorkerNow): readonly MetricReport[] {
    return [
      counter("dunlin_calls_total", "Calls answered.", this.#callSamples()),
      counter("dunlin_call_errors_total", "Error codes in answers.", samples(this.#errors, "code")),
      counter("dunlin_calls_refused_total", "Calls that ended early.", this.#refusalSamples()),
      gauge("dunlin_calls_under_way", "Calls without an answer.", callsUnderWay, "sum"),
      single("dunlin_calls_overloaded_total", "Calls that were one too many.", this.#callsTooMany),
      single("dunlin_destinations_held_back_total", "By caps.", this.#destinationsHeldBack),
      counter("dunlin_faults_total", "Faults that calls survived.", samples(this.#faults, "step")),
      this.#callDurations.report("dunlin_call_duration_seconds", "From request to answer."),
      this.#phaseDurations.report("dunlin_call_phase_duration_seconds", "Phases, of some calls."),
      ...this.#storeReports(),
      single("dunlin_connections_total", "Connections accepted.", this.#connections),
      gauge("dunlin_connections_open", "Connections open.", this.#connectionsOpen, "sum"),
      counter("dunlin_http_refusals_total", "No HTTP.", samples(this.#wireRefusals, "kind")),
      ...this.#processReports(),
    ];
  }

  #storeReports(): MetricReport[] {
    const { commands, serversFailing, seen } = askRedisPending();
    return [
      ...cacheReports({ ...this.caches, redis: seen }),
      gauge("dunlin_redis_commands_waiting", "Commands without an answer.", commands, "sum"),
      gauge("dunlin_redis_servers_failing", "Servers that fail.", serversFailing, "max"),
      this.#loadDurations.report("dunlin_store_load_duration_seconds", "Reads that wait."),
      gauge("dunlin_store_loads_under_way", "Reads that wait.", this.#loadsUnderWay, "sum"),
      single("dunlin_store_load_failures_total", "Reads that failed.", this.#failedLoads),
      this.#commitDurations.report("dunlin_store_commit_duration_seconds", "Commits of profiles."),
      gauge("dunlin_store_commits_under_way", "Commits that wait.", this.#commitsUnderWay, "sum"),
      single("dunlin_store_commit_failures_total", "Commits that failed.", this.#failedCommits),
      single("dunlin_store_overloads_total", "Commits of a queue that is full.", this.#overloads),
      this.#groupSizes.report("dunlin_store_group_commits", "Commits of one transaction."),
      this.#groupDurations.report("dunlin_store_group_duration_seconds", "Transactions."),
    ];
  }

  /** Of the process; the event loop's lag is that since the last report. */
  #processReports(): MetricReport[] {
    const lagSeconds = this.#lag.percentile(99) / NANOSECONDS;
    this.#lag.reset();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const cpuSeconds = (user + system) / MICROSECONDS;
    return [
      gauge("dunlin_worker_revision", "Oldest revision that is served.", this.revision, "min"),
      gauge("dunlin_event_loop_lag_seconds", "Worst worker's 99th percentile.", lagSeconds, "max"),
      gauge("dunlin_resident_memory_bytes", "Of all workers.", rss, "sum"),
      gauge("dunlin_heap_used_bytes", "Of all workers.", heapUsed, "sum"),
      single("dunlin_cpu_seconds_total", "User and system time of all workers.", cpuSeconds),
    ];
  }

  #refusalSamples(): MetricSample[] {
    const byReason = new Map<string, number>();
    for (const [code, count] of this.#errors) {
      const reason = refusalReason(code);
      if (reason !== null) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
    }
    return samples(byReason, "reason");
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

function single(name: string, help: string, value: number): MetricReport {
  return counter(name, help, [{ value, labels: {} }]);
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
