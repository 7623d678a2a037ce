import type { VisitorStore } from "../profiles/visitor-store.ts";

/** Who is told how long the store takes. */
export interface StoreStatistics {
  commitBegan(): void;
  commitEnded(durationMs: number, stored: boolean): void;
}

/** The same store, measured. */
export function measureStore(store: VisitorStore, statistics: StoreStatistics): VisitorStore {
  const measure = async <T>(commit: () => Promise<T>): Promise<T> => {
    const beganAt = performance.now();
    let stored = false;
    statistics.commitBegan();
    try {
      const answer = await commit();
      stored = true;
      return answer;
    } finally {
      statistics.commitEnded(performance.now() - beganAt, stored);
    }
  };
  return {
    ...(store.atHand === undefined ? {} : { atHand: store.atHand.bind(store) }),
    load: (keys) => store.load(keys),
    loadIdentities: (keys) => store.loadIdentities(keys),
    commit: (changes) => measure(() => store.commit(changes)),
    commitVisit: (visit) => measure(() => store.commitVisit(visit)),
    denials: store.denials,
    rates: store.rates,
    graphs: store.graphs,
    forgetEveryone: () => store.forgetEveryone(),
    close: () => store.close(),
  };
}
