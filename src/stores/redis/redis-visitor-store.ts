// Everything known of visitors in Redis or Valkey, a cluster or one server: the door to this room.

import type { Cluster, Redis } from "ioredis";
import type { Identity, IdentityKey } from "../../model/identity.ts";
import type { Profile } from "../../model/profile.ts";
import { invariant } from "../../model/result.ts";
import type { ProfileScan, ScannedStore } from "../../profiles/profile-scan.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import type { CallRates, DenyList, DeviceGraphs, Visit } from "../../profiles/visitor-store.ts";
import { forgetNamespace } from "./forget-namespace.ts";
import { openVisitorClients, type VisitorClientOptions } from "./open-visitor-clients.ts";
import { RedisCallRates } from "./redis-call-rates.ts";
import { RedisDenials } from "./redis-denials.ts";
import { RedisDeviceGraphs } from "./redis-device-graphs.ts";
import { RedisProfileScan } from "./redis-profile-scan.ts";
import { CommandBatches } from "./slots/command-batches.ts";
import { seenValue } from "./slots/slot-draft.ts";
import { SlotTransactions } from "./slots/slot-transactions.ts";
import { NAMESPACE } from "./visitor-keys.ts";
import { isOptedOut } from "./visits/apply-part.ts";
import { EarlyAnswers } from "./visits/early-answers.ts";
import { isNothing, leftBehind } from "./visits/unfinished.ts";
import { VisitCommits } from "./visits/visit-commits.ts";
import { VisitRecovery } from "./visits/visit-recovery.ts";
import { type Step, VisitSteps } from "./visits/visit-steps.ts";
import { identityPlace, profilePlace, unfinishedCell } from "./visits/visitor-cells.ts";

export { StoreUnreachable } from "./redis-client.ts";

/** Beyond so many waiting commands, or changes, a call is refused rather than kept in memory. */
const MAX_WAITING = 20_000;
/** A call that has not gone on for so many times as long as a step may take has ended, or failed. */
const STEPS_OF_A_CALL = 5;
const LOOK_AGAIN_AFTER_MS = 2;

export interface RedisVisitorStoreOptions {
  /** For what is read; and for what is written, where that waits for replicas: another one. */
  readonly readers: Redis | Cluster;
  readonly writers: Redis | Cluster;
  /** How long one step of a call may take. */
  readonly timeoutMs: number;
  /** Replicas that must have what is stored before it is answered; 0 for none. */
  readonly replicas: number;
  readonly replicaPatienceMs: number;
  /** Whether calls are answered before what they change is stored. */
  readonly answersEarly: boolean;
  /** Whether what has long ended goes by itself: not where a clock is set by hand. */
  readonly expires: boolean;
  /** The clock of the process, never one that is set by hand: milliseconds since the epoch. */
  readonly now: () => number;
  /** After how long others finish what a call has left behind. */
  readonly leftBehindAfterMs: number;
  readonly beforeStep?: (step: Step) => void;
}

export interface OpenOptions extends VisitorClientOptions {
  readonly expires: boolean;
  readonly now: () => number;
}

/** Rejects with `StoreUnreachable` where no server answers in time, or not as one that can be used. */
export async function openRedisVisitorStore(options: OpenOptions): Promise<RedisVisitorStore> {
  const { timeoutMs, replicas, replicaPatienceMs, expires, now } = options;
  return new RedisVisitorStore({
    ...(await openVisitorClients(options)),
    ...{ timeoutMs, replicas, replicaPatienceMs, expires, now },
    answersEarly: options.durability === "off",
    leftBehindAfterMs: STEPS_OF_A_CALL * (timeoutMs + replicaPatienceMs),
  });
}

export class RedisVisitorStore implements ScannedStore {
  readonly denials: DenyList;
  readonly rates: CallRates;
  readonly graphs: DeviceGraphs;
  readonly scan: ProfileScan;
  readonly #options: RedisVisitorStoreOptions;
  readonly #slots: SlotTransactions;
  readonly #recovery: VisitRecovery;
  readonly #commits: VisitCommits;
  readonly #early = new EarlyAnswers();
  readonly #reads: CommandBatches;
  readonly #writes: CommandBatches;
  #closing: Promise<void> | null = null;

  constructor(options: RedisVisitorStoreOptions) {
    this.#options = options;
    const { readers, writers, timeoutMs, replicaPatienceMs, expires, now } = options;
    const reads = new CommandBatches({
      ...{ client: readers, timeoutMs, limit: MAX_WAITING },
      ...{ replicas: 0, replicaPatienceMs: 0 },
    });
    const writes = new CommandBatches({
      ...{ client: writers, timeoutMs, limit: MAX_WAITING },
      ...{ replicas: options.replicas, replicaPatienceMs },
    });
    const slots = new SlotTransactions({ reads, writes, limit: MAX_WAITING, now });
    const { beforeStep } = options;
    const steps = new VisitSteps({ slots, expires, now, ...(beforeStep && { beforeStep }) });
    this.#reads = reads;
    this.#writes = writes;
    this.#slots = slots;
    this.#recovery = new VisitRecovery({ slots, steps, expires });
    this.#commits = new VisitCommits({ steps, recovery: this.#recovery, now });
    const open = <T>(work: () => Promise<T>) => (this.#closing === null ? work() : refusal());
    const denials = new RedisDenials(reads, writes);
    this.denials = {
      areDenied: (keys, now) => open(() => denials.areDenied(keys, now)),
      add: (denial) => open(() => denials.add(denial)),
      remove: (key) => open(() => denials.remove(key)),
      list: (now) => open(() => denials.list(now)),
    };
    const rates = new RedisCallRates(slots, expires);
    this.rates = {
      take: (buckets, now) => open(() => rates.take(buckets, now)),
      count: (counts, now) => open(() => rates.count(counts, now)),
    };
    const scan = new RedisProfileScan(readers, this);
    this.scan = {
      next: (of, from, visit) => open(() => scan.next(of, from, visit)),
      sample: (of, sampling) => open(() => scan.sample(of, sampling)),
      identitiesOf: (of, owners) => open(() => scan.identitiesOf(of, owners)),
      deviceOf: (owner) => scan.deviceOf(owner),
    };
    const graphs = new RedisDeviceGraphs(reads, writes);
    this.graphs = {
      clusterOf: (source, device) => open(() => graphs.clusterOf(source, device)),
      replace: (source, clusters) => open(() => graphs.replace(source, clusters)),
    };
  }

  /** Calls that were answered (durability `off`) and not stored afterwards. */
  get lostCalls(): number {
    return this.#early.lost;
  }

  async load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    if (this.#closing !== null) return refusal();
    const places = keys.map(profilePlace);
    if (this.#early.isAny) await this.#early.storedProfiles(places.map(({ tag }) => tag));
    const [only] = places;
    if (only !== undefined && places.length === 1) return [await this.#loadProfile(only)];
    return Promise.all(places.map((place) => this.#loadProfile(place)));
  }

  async loadIdentities(keys: readonly IdentityKey[]): Promise<readonly Identity[]> {
    if (this.#closing !== null) return refusal();
    if (this.#early.isAny) await this.#early.storedLinks();
    const [only] = keys;
    if (only !== undefined && keys.length === 1) return [await this.#loadIdentity(only)];
    return Promise.all(keys.map((key) => this.#loadIdentity(key)));
  }

  async commit(changes: readonly ProfileChange[]): Promise<void> {
    await this.commitVisit({ profiles: changes, identities: [], guard: null });
  }

  commitVisit(visit: Visit): Promise<"stored" | "opted-out"> {
    if (this.#closing !== null) return refusal();
    const { profiles, identities } = visit;
    const changesNothing = profiles.length === 0 && identities.length === 0;
    // An opt-out is answered, in every durability, only once it holds.
    const isForAll = identities.some(({ kind }) => kind === "opt-out" || kind === "opt-in");
    if (!changesNothing && (isForAll || !this.#options.answersEarly)) {
      return this.#commits.commit(visit);
    }
    return this.#answerEarly(visit, changesNothing);
  }

  async #answerEarly(visit: Visit, changesNothing: boolean): Promise<"stored" | "opted-out"> {
    const { guard } = visit;
    if (guard !== null) {
      const guarded = await this.loadIdentities(guard.keys);
      if (guarded.some((identity) => isOptedOut(identity, guard.pid))) return "opted-out";
    }
    if (!changesNothing) this.#early.follow(visit, this.#commits.commit(visit));
    return "stored";
  }

  async forgetEveryone(): Promise<void> {
    if (this.#closing !== null) return refusal();
    await this.#early.storedAll();
    await this.#commits.settled();
    await forgetNamespace(this.#options.writers, NAMESPACE);
    this.#slots.forgetSeen();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Whoever has an answer may have a next question in the same turn.
    while (this.#waiting > 0) await pause();
    await this.#early.storedAll();
    await this.#commits.settled();
    for (const client of new Set([this.#options.readers, this.#options.writers])) {
      client.disconnect();
    }
  }

  get #waiting(): number {
    return this.#reads.waiting + this.#writes.waiting + this.#slots.waiting;
  }

  async #loadProfile({ tag, cell }: ReturnType<typeof profilePlace>): Promise<Profile> {
    return seenValue(cell, await this.#slots.readOne(tag, cell));
  }

  async #loadIdentity(key: IdentityKey): Promise<Identity> {
    const { tag, cell } = identityPlace(key);
    const unfinished = unfinishedCell(tag);
    const [seen, seenUnfinished] = await this.#slots.read(tag, [cell, unfinished]);
    invariant(seen && seenUnfinished, "each cell is read");
    if (seenUnfinished.bytes === 0) return seenValue(cell, seen);
    const before = this.#options.now() - this.#options.leftBehindAfterMs;
    const left = leftBehind(seenValue(unfinished, seenUnfinished), before);
    if (isNothing(left)) return seenValue(cell, seen);
    try {
      await this.#recovery.finishLeftBehind(key, left);
    } catch {
      // It stays for whoever comes next; what is there is answered.
      return seenValue(cell, seen);
    }
    return seenValue(cell, await this.#slots.readOne(tag, cell));
  }
}

function refusal(): Promise<never> {
  return Promise.reject(new Error("The store is closed."));
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
}
