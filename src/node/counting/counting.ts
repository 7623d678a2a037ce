// Counts of visitors, in the primary: over its own view of the store, a page at a time, letting calls go first. The
// door of this room.

import { setImmediate } from "node:timers/promises";
import type {
  BuilderEstimate,
  CountingDesk,
  CountRefusal,
  CountWatch,
  Plan,
  PlannedSegment,
  Size,
  SizeQuestion,
} from "../../admin/counting-desk.ts";
import type { PreparedPlan, PreparedSize } from "../../admin/prepare-counts.ts";
import { asSegmentId, type SegmentId } from "../../model/ids.ts";
import { invariant } from "../../model/result.ts";
import { estimateForBuilder, estimateSegment } from "../../population/estimate-population.ts";
import {
  type CountWorld,
  compileCounted,
  countPopulation,
  type PopulationCount,
} from "../../population/population.ts";
import type { ScannedStore } from "../../profiles/profile-scan.ts";
import { courtesyOfMachine } from "./courtesy.ts";
import { Measuring, type MeasuringOptions, PATIENCE_MS } from "./measuring.ts";
import type { PreparationThread } from "./preparation-thread.ts";

export type { Courtesy } from "./courtesy.ts";
export { PreparationThread } from "./preparation-thread.ts";

export interface CountingOptions {
  readonly store: ScannedStore;
  readonly thread: Pick<PreparationThread, "prepare">;
  /** The workspace in force, as it is written, and which revision that is. */
  currentDefinitions(): { readonly revision: number; readonly document: string };
  readonly readDefinitions: MeasuringOptions["readDefinitions"];
  /** Milliseconds since the epoch. */
  now(): number;
  random(): number;
}

/** More would only make each other wait. */
const MOST_AT_ONCE = 4;
const TELL_EVERY_MS = 100;
const INTERVALS = ["1D", "7D", "14D", "30D", "60D", "90D"];
const BUSY: CountRefusal = { kind: "busy" };

export class Counting implements CountingDesk {
  /** The numbers of traits and segments. */
  readonly measuring: Measuring;
  readonly #options: CountingOptions;
  readonly #stopped = new AbortController();
  /** All that looks at everybody shares one. */
  readonly courtesy = courtesyOfMachine();
  #underWay = 0;

  constructor(options: CountingOptions) {
    this.#options = options;
    const { store, readDefinitions, now } = options;
    this.measuring = new Measuring({
      ...{ store, readDefinitions, now, courtesy: this.courtesy },
      ...{ signal: this.#stopped.signal, patienceMs: PATIENCE_MS },
      ticks: () => performance.now(),
    });
  }

  /** Aborted when the node stops. */
  get stopped(): AbortSignal {
    return this.#stopped.signal;
  }

  /** Ends what is under way: its callers are told to come again. */
  stop(): void {
    this.#stopped.abort(new Error("The node stops."));
  }

  size(
    question: SizeQuestion,
    watch: CountWatch,
  ): Promise<{ readonly kind: "counted"; readonly size: Size } | CountRefusal> {
    return this.#inTurn(async () => {
      const beganAt = performance.now();
      const prepared = await this.#prepareSize(question, watch);
      if (prepared.kind !== "size") return prepared;
      const sid = asSegmentId(prepared.sid);
      const counted = { before: null, after: compileCounted(prepared.definitions) };
      const world = this.#worldOf(watch);
      const estimate = await estimateSegment(counted, sid, {
        ...world,
        random: this.#options.random,
        pause: () => setImmediate(),
      });
      watch.tell({ kind: "estimate", ...estimate });
      const { segments, visited, unreadable } = await countPopulation(counted, world);
      const size: Size = {
        size: segments.get(sid)?.after ?? 0,
        of: prepared.of,
        mergeRuleDataSourceId: prepared.mergeRuleId,
        ...{ estimate, visited, unreadable, at: world.now },
        tookMs: Math.round(performance.now() - beganAt),
      };
      return { kind: "counted", size };
    });
  }

  estimate(
    question: SizeQuestion,
    watch: Omit<CountWatch, "tell">,
  ): Promise<{ readonly kind: "estimated"; readonly estimate: BuilderEstimate } | CountRefusal> {
    return this.#inTurn(async () => {
      const prepared = await this.#prepareSize(question, watch);
      if (prepared.kind !== "size") return prepared;
      const world = this.#worldOf({ ...watch, tell: () => {} });
      const found = await estimateForBuilder(
        compileCounted(prepared.definitions),
        asSegmentId(prepared.sid),
        { ...world, random: this.#options.random },
      );
      const { total, realTime, confidence, basedOn } = found;
      return {
        kind: "estimated",
        estimate: { realTime, total, intervals: INTERVALS, confidence, basedOn },
      };
    });
  }

  plan(
    { text, withCounts }: { readonly text: string; readonly withCounts: boolean },
    watch: CountWatch,
  ): Promise<{ readonly kind: "planned"; readonly plan: Plan } | CountRefusal> {
    return this.#inTurn(async () => {
      const beganAt = performance.now();
      const { revision, document } = this.#options.currentDefinitions();
      watch.begin(revision);
      const prepared = await this.#options.thread.prepare(document, { kind: "plan", text });
      if (!prepared.ok) return prepared.error;
      invariant(prepared.value.kind === "plan", "a plan is prepared as a plan");
      watch.signal.throwIfAborted();
      const { kind: _kind, counted, segments, ...described } = prepared.value;
      const world = this.#worldOf(watch);
      const counts = withCounts ? await countAll(counted, world) : NOTHING_COUNTED;
      const plan: Plan = {
        ...described,
        segments: segments.map((one) => withCount(one, counts.segments, withCounts)),
        ...{ visited: counts.visited, unreadable: counts.unreadable, at: world.now },
        tookMs: Math.round(performance.now() - beganAt),
      };
      return { kind: "planned", plan };
    });
  }

  async #prepareSize(
    question: SizeQuestion,
    watch: Pick<CountWatch, "begin">,
  ): Promise<PreparedSize | CountRefusal> {
    const { revision, document } = this.#options.currentDefinitions();
    watch.begin(revision);
    const prepared = await this.#options.thread.prepare(document, { kind: "size", question });
    if (!prepared.ok) return prepared.error;
    invariant(prepared.value.kind === "size", "a size is prepared as a size");
    return prepared.value;
  }

  #worldOf({ signal, tell }: CountWatch): CountWorld {
    const { store, now } = this.#options;
    let toldAt = performance.now();
    return {
      ...{ store, now: now(), signal: AbortSignal.any([signal, this.#stopped.signal]) },
      pause: () => this.courtesy.pause(),
      onProgress: (share, visited) => {
        if (performance.now() - toldAt < TELL_EVERY_MS) return;
        toldAt = performance.now();
        tell({ kind: "progress", share: Math.round(share * 1_000) / 1_000, visited });
      },
    };
  }

  async #inTurn<T>(work: () => Promise<T | CountRefusal>): Promise<T | CountRefusal> {
    if (this.#underWay >= MOST_AT_ONCE) return BUSY;
    this.#underWay++;
    const end = this.courtesy.begin();
    try {
      return await work();
    } catch (fault) {
      // The node stops: whoever asks again finds another one, or none.
      if (this.#stopped.signal.aborted) return BUSY;
      throw fault;
    } finally {
      end();
      this.#underWay--;
    }
  }
}

const NOTHING_COUNTED: PopulationCount = { visited: 0, unreadable: 0, segments: new Map() };

/** Partner by partner. */
async function countAll(
  partners: PreparedPlan["counted"],
  world: CountWorld,
): Promise<PopulationCount> {
  const segments = new Map<
    SegmentId,
    NonNullable<ReturnType<PopulationCount["segments"]["get"]>>
  >();
  let visited = 0;
  let unreadable = 0;
  for (const [place, { before, after }] of partners.entries()) {
    const counted = {
      before: before && compileCounted(before),
      after: after && compileCounted(after),
    };
    const done = visited;
    const count = await countPopulation(counted, {
      ...world,
      onProgress: (share, looked) =>
        world.onProgress((place + share) / partners.length, done + looked),
    });
    for (const [sid, one] of count.segments) segments.set(sid, one);
    visited += count.visited;
    unreadable += count.unreadable;
  }
  return { visited, unreadable, segments };
}

function withCount(
  segment: PlannedSegment,
  counts: PopulationCount["segments"],
  isCounted: boolean,
): PlannedSegment {
  if (!isCounted) return segment;
  // Of one that is paused before and after, nobody is evaluated.
  const none = { before: 0, after: 0, added: 0, removed: 0 };
  return { ...segment, ...(counts.get(asSegmentId(segment.sid)) ?? none) };
}
