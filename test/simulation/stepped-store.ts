// The store as one call sees it: each operation waits until it is its turn.

import type { IdentityKey } from "../../src/model/identity.ts";
import type { DataSourceId, DeviceId } from "../../src/model/ids.ts";
import type { Profile } from "../../src/model/profile.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import type {
  CallRates,
  DenyList,
  DeviceGraphs,
  Visit,
  VisitorStore,
} from "../../src/profiles/visitor-store.ts";
import type { Step } from "./steps.ts";

/** Who is told what a call read and stored, at the moment at which it did. */
export interface Witness {
  readonly number: number;
  /** Told of reads that came to nothing as well: `found` is null then. */
  readProfiles(keys: readonly ProfileKey[], found: readonly Profile[] | null): void;
  readIdentities(keys: readonly IdentityKey[], found: unknown): void;
  readCluster(device: DeviceId, found: readonly DeviceId[] | null): void;
  /** In the order in which commits are carried out. */
  stored(visit: Visit, outcome: "stored" | "opted-out"): void;
}

interface Operation<T> {
  readonly label: string;
  readonly isCommit?: true;
  carryOut(): Promise<T>;
  note(outcome: T | null): void;
}

/** A fault that a store may have. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
}

export class SteppedStore implements VisitorStore {
  readonly denials: DenyList;
  readonly rates: CallRates;
  readonly graphs: DeviceGraphs;
  readonly #inner: VisitorStore;
  readonly #witness: Witness;
  readonly #add: (step: Step) => void;

  constructor(inner: VisitorStore, witness: Witness, add: (step: Step) => void) {
    this.#inner = inner;
    this.#witness = witness;
    this.#add = add;
    this.denials = {
      areDenied: (keys, now) => this.#areDenied(keys, now),
      add: (denial) => inner.denials.add(denial),
      remove: (key) => inner.denials.remove(key),
      list: (now) => inner.denials.list(now),
    };
    this.rates = inner.rates;
    this.graphs = {
      clusterOf: (source, device) => this.#clusterOf(source, device),
      replace: (source, clusters) => inner.graphs.replace(source, clusters),
    };
  }

  load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    return this.#wait({
      label: "load",
      carryOut: () => this.#inner.load(keys),
      note: (found) => this.#witness.readProfiles(keys, found),
    });
  }

  loadIdentities(keys: readonly IdentityKey[]): ReturnType<VisitorStore["loadIdentities"]> {
    return this.#wait({
      label: "loadIdentities",
      carryOut: () => this.#inner.loadIdentities(keys),
      note: (found) => this.#witness.readIdentities(keys, found),
    });
  }

  commitVisit(visit: Visit): Promise<"stored" | "opted-out"> {
    return this.#wait({
      label: "commitVisit",
      isCommit: true,
      carryOut: () => this.#inner.commitVisit(visit),
      note: (outcome) => {
        if (outcome !== null) this.#witness.stored(visit, outcome);
      },
    });
  }

  async commit(): Promise<void> {
    throw new Error("Calls commit whole visits.");
  }

  async forgetEveryone(): Promise<void> {
    throw new Error("Calls forget nobody.");
  }

  async close(): Promise<void> {
    throw new Error("Calls close no store.");
  }

  #areDenied(...asked: Parameters<DenyList["areDenied"]>): Promise<readonly boolean[]> {
    return this.#wait({
      label: "areDenied",
      carryOut: () => this.#inner.denials.areDenied(...asked),
      note: () => {},
    });
  }

  #clusterOf(source: DataSourceId, device: DeviceId): Promise<readonly DeviceId[]> {
    return this.#wait({
      label: "clusterOf",
      carryOut: () => this.#inner.graphs.clusterOf(source, device),
      note: (found) => this.#witness.readCluster(device, found),
    });
  }

  #wait<T>({ label, isCommit, carryOut, note }: Operation<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let done: { readonly value: T } | null = null;
    this.#add({
      label: `${label} of call ${this.#witness.number}`,
      call: this.#witness.number,
      isCommit: isCommit === true,
      begin: async () => {
        const value = await carryOut();
        done = { value };
        note(value);
      },
      answer: () => {
        if (done !== null) resolve(done.value);
      },
      fail: () => {
        if (done === null || isCommit !== true) note(null);
        reject(new StoreFault(`${label} failed`));
      },
    });
    return promise;
  }
}
