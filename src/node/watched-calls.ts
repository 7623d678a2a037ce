// Calls that are watched as they go from phase to phase: a few for the metrics, and those of the sample of
// traces. Each gets a world of its own, which tells; all others go through the plain one and pay nothing.

import type { EventWorld, WatchedCall } from "../event/world.ts";
import type { CallPhase, CallTrace, Traces } from "../ops/call-trace.ts";
import type { VisitorStore, VisitorsAtHand } from "../profiles/visitor-store.ts";

/** Phases of one call in so many are measured. */
export const PHASES_OF_ONE_IN = 16;

export interface Watchers {
  /** Null where the operator wants no traces. */
  readonly traces: Traces | null;
  /** Told of all that a watched call spent in a phase. */
  countPhase(phase: CallPhase, durationMs: number): void;
}

/** The same world, which lets calls be watched. */
export function watchCalls(world: EventWorld, { traces, countPhase }: Watchers): EventWorld {
  let calls = 0;
  return {
    ...world,
    watch: (endpoint) => {
      calls = (calls + 1) % PHASES_OF_ONE_IN;
      const trace = traces?.begin(endpoint) ?? null;
      if (calls !== 0) return trace === null ? null : watched(world, { trace, countPhase: null });
      return watched(world, { trace, countPhase });
    },
  };
}

interface Watch {
  readonly trace: CallTrace | null;
  readonly countPhase: Watchers["countPhase"] | null;
}

function watched(world: EventWorld, { trace, countPhase }: Watch): WatchedCall {
  const spent = new Map<CallPhase, number>();
  const beginPhase = (phase: CallPhase): (() => void) => {
    const beganMs = performance.now();
    return () => {
      const endedMs = performance.now();
      spent.set(phase, (spent.get(phase) ?? 0) + endedMs - beganMs);
      trace?.phase(phase, beganMs, endedMs);
    };
  };
  return {
    world: { ...world, beginPhase, store: watchStore(world.store, beginPhase) },
    ended: ({ form, status, errors }) => {
      if (countPhase !== null) for (const [phase, ms] of spent) countPhase(phase, ms);
      const errorCodes = errors.map(({ code }) => code);
      trace?.ended({ form, status, errorCodes, revision: world.catalog().revision });
    },
  };
}

type BeginPhase = (phase: CallPhase) => () => void;

/** Reads of the deny list, of limits and of device graphs are among those that a call waits for. */
function watchStore(store: VisitorStore, beginPhase: BeginPhase): VisitorStore {
  const during = async <T>(phase: CallPhase, work: Promise<T>): Promise<T> => {
    const ended = beginPhase(phase);
    try {
      return await work;
    } finally {
      ended();
    }
  };
  const { denials, rates, graphs } = store;
  return {
    ...store,
    ...(store.atHand === undefined ? {} : { atHand: () => watchAtHand(store, beginPhase) }),
    load: (keys) => during("load", store.load(keys)),
    loadIdentities: (keys) => during("load", store.loadIdentities(keys)),
    commit: (changes) => during("commit", store.commit(changes)),
    commitVisit: (visit) => during("commit", store.commitVisit(visit)),
    denials: {
      areDenied: (keys, now) => during("load", denials.areDenied(keys, now)),
      add: (denial) => denials.add(denial),
      remove: (key) => denials.remove(key),
      list: (now) => denials.list(now),
    },
    rates: {
      take: (buckets, now) => during("load", rates.take(buckets, now)),
      count: (counts, now) => during("load", rates.count(counts, now)),
    },
    graphs: {
      clusterOf: (source, device) => during("load", graphs.clusterOf(source, device)),
      replace: (source, clusters) => graphs.replace(source, clusters),
    },
  };
}

function watchAtHand(store: VisitorStore, beginPhase: BeginPhase): VisitorsAtHand {
  const atHand = store.atHand?.();
  if (atHand === undefined)
    throw new Error("Invariant broken: a store has visitors at hand, or not");
  const during = <T>(read: () => T): T => {
    const ended = beginPhase("load");
    try {
      return read();
    } finally {
      ended();
    }
  };
  return {
    moment: atHand.moment,
    profile: (key) => during(() => atHand.profile(key)),
    identity: (key) => during(() => atHand.identity(key)),
    isDenied: (key, now) => during(() => atHand.isDenied(key, now)),
  };
}
