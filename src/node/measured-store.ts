import type { VisitorStore } from "../profiles/visitor-store.ts";

/** Who is told how long the store takes. */
export interface StoreStatistics {
  loadBegan(): void;
  loadEnded(durationMs: number, loaded: boolean): void;
  commitBegan(): void;
  commitEnded(durationMs: number, stored: boolean): void;
  /** The queue of commits was full. */
  commitRefused(): void;
}

/** The same store, measured. What it has at hand is read in no time worth measuring. */
export function measureStore(store: VisitorStore, statistics: StoreStatistics): VisitorStore {
  const commit = async <T>(commitNow: () => Promise<T>): Promise<T> => {
    const beganAt = performance.now();
    let stored = false;
    statistics.commitBegan();
    try {
      const answer = await commitNow();
      stored = true;
      return answer;
    } catch (fault) {
      if (fault instanceof Error && fault.name === "StoreOverloaded") statistics.commitRefused();
      throw fault;
    } finally {
      statistics.commitEnded(performance.now() - beganAt, stored);
    }
  };
  const load = async <T>(loadNow: () => Promise<T>): Promise<T> => {
    const beganAt = performance.now();
    let loaded = false;
    statistics.loadBegan();
    try {
      const answer = await loadNow();
      loaded = true;
      return answer;
    } finally {
      statistics.loadEnded(performance.now() - beganAt, loaded);
    }
  };
  return {
    ...(store.atHand === undefined ? {} : { atHand: store.atHand.bind(store) }),
    load: (keys) => load(() => store.load(keys)),
    loadIdentities: (keys) => load(() => store.loadIdentities(keys)),
    commit: (changes) => commit(() => store.commit(changes)),
    commitVisit: (visit) => commit(() => store.commitVisit(visit)),
    denials: store.denials,
    rates: store.rates,
    graphs: store.graphs,
    forgetEveryone: () => store.forgetEveryone(),
    close: () => store.close(),
  };
}
