// Everything known of visitors in one environment: what a call changes goes into one transaction.
//
// An opt-out is answered, in every durability, only once it is committed. Whoever stores something for a
// visitor asks inside the transaction whether there is one, so that none which was answered is overtaken.

import type { Identity, IdentityChange, IdentityKey } from "../../model/identity.ts";
import { declaredIdentity, deviceIdentity, identityKeyText } from "../../model/identity-key.ts";
import type { Profile } from "../../model/profile.ts";
import type { ProfileScan, ScannedStore } from "../../profiles/profile-scan.ts";
import type { ProfileChange, ProfileKey } from "../../profiles/store.ts";
import type {
  CallRates,
  DeviceGraphs,
  Visit,
  VisitorsAtHand,
} from "../../profiles/visitor-store.ts";
import { AnsweredEarly } from "./answered-early.ts";
import type { Environment } from "./environment.ts";
import { LmdbCallRates } from "./lmdb-call-rates.ts";
import { LmdbDenials } from "./lmdb-denials.ts";
import { LmdbDeviceGraphs } from "./lmdb-device-graphs.ts";
import { LmdbIdentities, type ReadIdentity } from "./lmdb-identities.ts";
import { LmdbProfileStore } from "./lmdb-profile-store.ts";
import { LmdbProfileScan } from "./scan/lmdb-profile-scan.ts";

/** Visitors in an environment that all processes of a node share; closing the store closes it. */
export class LmdbVisitorStore implements ScannedStore {
  readonly denials: LmdbDenials;
  readonly rates: CallRates;
  readonly graphs: DeviceGraphs;
  readonly scan: ProfileScan;
  readonly #environment: Environment;
  readonly #profiles: LmdbProfileStore;
  readonly #identities: LmdbIdentities;
  readonly #rates: LmdbCallRates;
  readonly #atHand: Omit<VisitorsAtHand, "moment"> & { moment: number } = {
    moment: 0,
    profile: (key) => this.#profiles.readAtHand(key),
    identity: (key) => this.#readIdentity(key),
    isDenied: (key, now) => this.denials.isDenied(key, now),
  };
  readonly #answeredEarly = new AnsweredEarly();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#profiles = new LmdbProfileStore(environment);
    this.#identities = new LmdbIdentities(environment);
    this.#rates = new LmdbCallRates(environment.rates);
    this.rates = this.#rates;
    this.denials = new LmdbDenials(environment);
    this.graphs = new LmdbDeviceGraphs(environment);
    this.scan = new LmdbProfileScan(environment);
  }

  load(keys: readonly ProfileKey[]): Promise<readonly Profile[]> {
    return this.#profiles.load(keys);
  }

  commit(changes: readonly ProfileChange[]): Promise<void> {
    return this.#profiles.commit(changes);
  }

  atHand(): VisitorsAtHand {
    this.#environment.seeLatest();
    this.#atHand.moment = this.#environment.moments.now;
    return this.#atHand;
  }

  async loadIdentities(keys: readonly IdentityKey[]): Promise<readonly Identity[]> {
    this.#environment.seeLatest();
    return keys.map((key) => this.#readIdentity(key));
  }

  commitVisit(visit: Visit): Promise<VisitOutcome> {
    const { profiles, identities } = visit;
    const changesNothing = profiles.length === 0 && identities.length === 0;
    if (this.#environment.answersEarly || changesNothing) {
      return this.#commitUnawaited(visit, changesNothing);
    }
    return this.#environment.commit(() => this.#write(visit));
  }

  /**
   * Where nothing waits for the transaction, its answer is that of the moment; the transaction asks again,
   * and stores nothing for somebody who has opted out meanwhile.
   */
  async #commitUnawaited(visit: Visit, changesNothing: boolean): Promise<VisitOutcome> {
    const { guard, asOf } = visit;
    // Whoever names this moment has just looked, and nothing was waited for since.
    if (guard !== null && asOf !== this.#environment.moments.now) {
      this.#environment.seeLatest();
      if (isOptedOut(guard, (key) => this.#readIdentity(key))) return "opted-out";
    }
    if (changesNothing) return "stored";
    if (isForAll(visit)) return this.#environment.commit(() => this.#write(visit));
    this.#commitLater(visit);
    return "stored";
  }

  #commitLater(visit: Visit): void {
    const { profiles, identities } = visit;
    const named = identities.length === 0 ? NOBODY : namedIn(identities);
    this.#profiles.commitLater(profiles, () => {
      for (const name of named) this.#answeredEarly.remove(name);
      this.#write(visit);
    });
    for (const name of named) this.#answeredEarly.add(name);
  }

  /** In a transaction. Whoever has opted out by now has nothing of it stored. */
  #write({ profiles, identities, guard, asOf }: Visit): VisitOutcome {
    if (identities.length === 0) {
      if (this.#isOptedOutBy(guard, asOf)) return "opted-out";
      this.#profiles.merge(profiles, asOf);
      return "stored";
    }
    const read = this.#identities.readingOnce();
    if (guard !== null && isOptedOut(guard, read)) return "opted-out";
    const writeIdentities = this.#identities.prepare(identities, read);
    this.#profiles.merge(profiles, asOf);
    writeIdentities();
    return "stored";
  }

  /** In a transaction: whether somebody has opted out since the caller looked. */
  #isOptedOutBy(guard: Visit["guard"], asOf: number | undefined): boolean {
    if (guard === null || this.#environment.moments.identityStands(asOf)) return false;
    return isOptedOut(guard, (key) => this.#identities.read(key));
  }

  async forgetEveryone(): Promise<void> {
    const { profilesOfDevices, profilesOfDeclaredIds, denials, deviceGraphs } = this.#environment;
    await this.#environment.commit(() => {
      this.#environment.moments.everybodyForgotten();
      for (const database of [profilesOfDevices, profilesOfDeclaredIds, denials, deviceGraphs]) {
        database.clearSync();
      }
      this.#identities.clear();
    });
    await this.#rates.clear();
  }

  close(): Promise<void> {
    return this.#environment.close();
  }

  /** As of the last `seeLatest`, or of what had to be committed first. */
  #readIdentity(key: IdentityKey): Identity {
    const identity = this.#identities.read(key);
    if (!this.#isChanging(key, identity)) return identity;
    this.#environment.commitNow();
    this.#environment.seeLatest();
    return this.#identities.read(key);
  }

  /** Whether a commit that waits may change it: a link ends others of the two that it names. */
  #isChanging(key: IdentityKey, { links }: Identity): boolean {
    const waiting = this.#answeredEarly;
    if (waiting.isEmpty) return false;
    return (
      waiting.has(identityKeyText(key)) || links.some(({ to }) => waiting.has(identityKeyText(to)))
    );
  }
}

type VisitOutcome = "stored" | "opted-out";

const NOBODY: readonly string[] = [];

/** Whether its answer waits, in every durability, until all processes see it. */
function isForAll({ identities }: Visit): boolean {
  return identities.some(({ kind }) => kind === "opt-out" || kind === "opt-in");
}

function isOptedOut({ pid, keys }: NonNullable<Visit["guard"]>, read: ReadIdentity): boolean {
  return keys.some((key) => read(key).optOuts.some((optOut) => optOut.pid === pid));
}

function namedIn(changes: readonly IdentityChange[]): string[] {
  return changes.flatMap((change) => {
    switch (change.kind) {
      case "opt-out":
      case "opt-in":
        return [identityKeyText(change.key)];
      case "seen":
        return [identityKeyText(deviceIdentity(change.device))];
      default:
        return [deviceIdentity(change.device), declaredIdentity(change.declared)].map(
          identityKeyText,
        );
    }
  });
}
