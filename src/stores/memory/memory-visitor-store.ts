// All that is known of visitors in the memory of one process: the twin that the contract suite holds the
// engines against.

import { applyIdentityChanges } from "../../model/apply-identity-changes.ts";
import { type Identity, type IdentityKey, UNKNOWN_IDENTITY } from "../../model/identity.ts";
import { identityKeyText } from "../../model/identity-key.ts";
import type { DataSourceId, DeviceId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import type { ScannedStore } from "../../profiles/profile-scan.ts";
import type { CallTimes } from "../../profiles/sliding-window.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import type { DrainedBucket } from "../../profiles/token-bucket.ts";
import type {
  CallRates,
  Denial,
  DenyList,
  DeviceGraphs,
  Visit,
  VisitorStore,
  VisitorsAtHand,
} from "../../profiles/visitor-store.ts";
import { deniedKeyText, isDenied } from "../../profiles/visitor-store-denials.ts";
import { checkClusters } from "../../profiles/visitor-store-graphs.ts";
import { countCalls, takeTokens } from "../../profiles/visitor-store-rates.ts";
import { MemoryProfileScan } from "./memory-profile-scan.ts";
import { MemoryProfileStore } from "./memory-profile-store.ts";

/** Visitors of one process, gone with it: for tests. */
export class MemoryVisitorStore implements ScannedStore {
  readonly #profiles = new MemoryProfileStore();
  readonly #identities = new Map<string, Identity>();
  readonly #denials = new MemoryDenyList(() => this.#refuseWhenClosed());
  readonly #rates = new MemoryCallRates(() => this.#refuseWhenClosed());
  readonly #graphs = new MemoryDeviceGraphs(() => this.#refuseWhenClosed());
  readonly #visitors: VisitorsAtHand = {
    moment: 0,
    profile: (key) => this.#profiles.profile(key),
    identity: (key) => this.#identityOf(key),
    isDenied: (key, now) => this.#denials.isDenied(key, now),
  };
  /** Tests that hold a step have nothing at hand. */
  readonly atHand: VisitorStore["atHand"] = () => this.#visitors;
  readonly scan = new MemoryProfileScan({
    profiles: () => this.#profiles.entries(),
    identity: (key) => this.#identityOf(key),
  });
  #isClosed = false;

  get denials(): DenyList {
    return this.#denials;
  }

  get rates(): CallRates {
    return this.#rates;
  }

  get graphs(): DeviceGraphs {
    return this.#graphs;
  }

  load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    return this.#profiles.load(keys);
  }

  commit(changes: readonly ProfileChange[]): Promise<void> {
    return this.#profiles.commit(changes);
  }

  async loadIdentities(keys: readonly IdentityKey[]): Promise<readonly Identity[]> {
    return keys.map((key) => this.#identityOf(key));
  }

  /** Without a pause, so that what is checked of a visit still holds when it is stored. */
  async commitVisit({ profiles, identities, guard }: Visit): Promise<"stored" | "opted-out"> {
    this.#refuseWhenClosed();
    const isOptedOut = guard?.keys.some((key) =>
      this.#identityOf(key).optOuts.some(({ pid }) => pid === guard.pid),
    );
    if (isOptedOut) return "opted-out";
    const after = applyIdentityChanges(identities, (key) => this.#identityOf(key));
    this.#profiles.merge(profiles);
    for (const { key, identity } of after) {
      if (identity === UNKNOWN_IDENTITY) this.#identities.delete(identityKeyText(key));
      else this.#identities.set(identityKeyText(key), identity);
    }
    return "stored";
  }

  async forgetEveryone(): Promise<void> {
    await this.#profiles.forgetEveryone();
    this.#identities.clear();
    this.#denials.clear();
    this.#rates.clear();
    this.#graphs.clear();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#profiles.close();
  }

  #identityOf(key: IdentityKey): Identity {
    this.#refuseWhenClosed();
    return this.#identities.get(identityKeyText(key)) ?? UNKNOWN_IDENTITY;
  }

  #refuseWhenClosed(): void {
    if (this.#isClosed) throw new Error("The store is closed.");
  }
}

/** Throws when the store is closed. */
type CheckOpen = () => void;

class MemoryDenyList implements DenyList {
  readonly #checkOpen: CheckOpen;
  readonly #denials = new Map<string, Denial>();

  constructor(checkOpen: CheckOpen) {
    this.#checkOpen = checkOpen;
  }

  async areDenied(
    keys: Parameters<DenyList["areDenied"]>[0],
    now: number,
  ): Promise<readonly boolean[]> {
    return keys.map((key) => this.isDenied(key, now));
  }

  isDenied(key: Denial["key"], now: number): boolean {
    this.#checkOpen();
    const denial = this.#denials.size === 0 ? undefined : this.#denials.get(deniedKeyText(key));
    return denial !== undefined && isDenied(denial, now);
  }

  async add(denial: Denial): Promise<void> {
    this.#checkOpen();
    this.#denials.set(deniedKeyText(denial.key), denial);
  }

  async remove(key: Denial["key"]): Promise<boolean> {
    this.#checkOpen();
    return this.#denials.delete(deniedKeyText(key));
  }

  async list(now: number): Promise<readonly Denial[]> {
    this.#checkOpen();
    return [...this.#denials.values()].filter((denial) => isDenied(denial, now));
  }

  clear(): void {
    this.#denials.clear();
  }
}

class MemoryCallRates implements CallRates {
  readonly #checkOpen: CheckOpen;
  readonly #buckets = new Map<string, DrainedBucket>();
  readonly #windows = new Map<string, CallTimes>();

  constructor(checkOpen: CheckOpen) {
    this.#checkOpen = checkOpen;
  }

  async take(buckets: Parameters<CallRates["take"]>[0], now: number): Promise<number | null> {
    this.#checkOpen();
    return takeTokens(buckets, now, {
      get: (key) => this.#buckets.get(key) ?? null,
      set: (key, bucket) => {
        if (bucket === null) this.#buckets.delete(key);
        else this.#buckets.set(key, bucket);
      },
    });
  }

  async count(
    counts: Parameters<CallRates["count"]>[0],
    now: number,
  ): ReturnType<CallRates["count"]> {
    this.#checkOpen();
    return countCalls(counts, now, {
      get: (key) => this.#windows.get(key) ?? [],
      set: (key, times) => this.#windows.set(key, times),
    });
  }

  clear(): void {
    this.#buckets.clear();
    this.#windows.clear();
  }
}

class MemoryDeviceGraphs implements DeviceGraphs {
  readonly #checkOpen: CheckOpen;
  readonly #graphs = new Map<DataSourceId, ReadonlyMap<DeviceId, readonly DeviceId[]>>();

  constructor(checkOpen: CheckOpen) {
    this.#checkOpen = checkOpen;
  }

  async clusterOf(dataSourceId: DataSourceId, device: DeviceId): Promise<readonly DeviceId[]> {
    this.#checkOpen();
    return this.#graphs.get(dataSourceId)?.get(device) ?? [];
  }

  async replace(
    dataSourceId: DataSourceId,
    clusters: readonly (readonly DeviceId[])[],
  ): Promise<void> {
    this.#checkOpen();
    checkClusters(clusters);
    const graph = new Map<DeviceId, readonly DeviceId[]>();
    for (const cluster of clusters) for (const device of cluster) graph.set(device, cluster);
    this.#graphs.set(dataSourceId, graph);
  }

  clear(): void {
    this.#graphs.clear();
  }
}
