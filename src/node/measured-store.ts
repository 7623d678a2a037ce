import type { ProfileStore } from "../profiles/store.ts";

/** Who is told how long the store takes. */
export interface StoreStatistics {
  commitBegan(): void;
  commitEnded(durationMs: number, stored: boolean): void;
}

/** The same store, measured. */
export function measureStore(store: ProfileStore, statistics: StoreStatistics): ProfileStore {
  return {
    load: (keys) => store.load(keys),
    commit: async (changes) => {
      const beganAt = performance.now();
      let stored = false;
      statistics.commitBegan();
      try {
        await store.commit(changes);
        stored = true;
      } finally {
        statistics.commitEnded(performance.now() - beganAt, stored);
      }
    },
    forgetEveryone: () => store.forgetEveryone(),
    close: () => store.close(),
  };
}
