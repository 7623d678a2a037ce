// The numbers of traits and segments, kept for a while: counted behind the answers, for one partner at a time, letting
// calls go first as all counts do.

import { setTimeout } from "node:timers/promises";
import type { Workspace } from "@dunlin/contract/workspace";
import type { DatedMetrics, MetricsAnswer, MetricsDesk } from "../../admin/metrics-desk.ts";
import { partition } from "../../catalog/partner-definitions.ts";
import { utcDay } from "../../model/time.ts";
import { measurePopulation } from "../../population/measure-population.ts";
import type { ScannedStore } from "../../profiles/profile-scan.ts";
import type { Courtesy } from "./courtesy.ts";

export interface MeasuringOptions {
  readonly store: ScannedStore;
  readonly courtesy: Pick<Courtesy, "begin" | "pause">;
  /** Aborted when the node stops. */
  readonly signal: AbortSignal;
  /** The definitions in force. */
  readDefinitions(): Promise<{ readonly revision: number; readonly workspace: Workspace }>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds, of a clock that nobody sets. */
  ticks(): number;
  /** How long a call waits for numbers that are being counted. */
  readonly patienceMs: number;
}

/** How long numbers are as good as new; those of a day, or of other definitions, are so only within them. */
const FRESH_MS = 600_000;
/** As long as clients of an API like to wait. */
export const PATIENCE_MS = 2_000;
const RETRY_AFTER_SECONDS = 5;
/** Counts that are longer are not made one after the other, however often definitions change. */
const SHORT_MS = 1_000;
const RESTS_FOR = 4;
/** Partners whose numbers are kept. */
const MOST_KNOWN = 50;

interface Known extends DatedMetrics {
  /** Of the clock that nobody sets: before it nothing is counted anew. */
  readonly restsUntil: number;
}

export class Measuring implements MetricsDesk {
  readonly #options: MeasuringOptions;
  readonly #known = new Map<number, Known>();
  readonly #underWay = new Map<number, Promise<Known | null>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: MeasuringOptions) {
    this.#options = options;
  }

  async metricsOf(pid: number): Promise<MetricsAnswer> {
    const { revision } = await this.#options.readDefinitions();
    const known = this.#known.get(pid) ?? null;
    if (known !== null && this.#isFresh(known, revision)) {
      return { metrics: known, retryAfter: null };
    }
    const restsMs = (known?.restsUntil ?? 0) - this.#options.ticks();
    if (known !== null && restsMs > 0) {
      return { metrics: known, retryAfter: Math.ceil(restsMs / 1_000) };
    }
    const { patienceMs, signal } = this.#options;
    const waited = new AbortController();
    const counted = await Promise.race([
      this.#count(pid).catch((fault: unknown) => {
        // The node stops: another one, or this one anew, may be asked.
        if (signal.aborted) return null;
        throw fault;
      }),
      setTimeout(patienceMs, null, { signal: waited.signal, ref: false }).catch(() => null),
    ]);
    waited.abort();
    if (counted !== null) return { metrics: counted, retryAfter: null };
    return { metrics: known, retryAfter: RETRY_AFTER_SECONDS };
  }

  #isFresh({ at, revision }: Known, current: number): boolean {
    const now = this.#options.now();
    return revision === current && Math.abs(now - at) < FRESH_MS && utcDay(at) === utcDay(now);
  }

  /** Null for a partner that is not defined any more. */
  #count(pid: number): Promise<Known | null> {
    const underWay = this.#underWay.get(pid);
    if (underWay !== undefined) return underWay;
    const counted = this.#last.then(() => this.#countNow(pid));
    const ended = counted.finally(() => this.#underWay.delete(pid));
    this.#underWay.set(pid, ended);
    // Whoever waits hears of a fault; those who do not wait any more ask again.
    this.#last = ended.catch(() => {});
    return ended;
  }

  async #countNow(pid: number): Promise<Known | null> {
    const { store, signal, courtesy, now, ticks, readDefinitions } = this.#options;
    const { revision, workspace } = await readDefinitions();
    const definitions = partition(workspace).find(({ partner }) => partner.pid === pid);
    if (definitions === undefined) return null;
    const beganAt = ticks();
    const at = now();
    const end = courtesy.begin();
    try {
      const metrics = await measurePopulation(definitions, {
        ...{ store, signal, now: at, onProgress: () => {} },
        pause: () => courtesy.pause(),
      });
      const tookMs = ticks() - beganAt;
      const rests = tookMs < SHORT_MS ? 0 : Math.min(FRESH_MS, tookMs * RESTS_FOR);
      const known = { ...metrics, at, revision, restsUntil: ticks() + rests };
      this.#keep(pid, known);
      return known;
    } finally {
      end();
    }
  }

  #keep(pid: number, known: Known): void {
    this.#known.delete(pid);
    this.#known.set(pid, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}
