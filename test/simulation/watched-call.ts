// One call under way: what it has read and stored, and whether its answer is the one that it must give.

import type { EventReply } from "../../src/event/reply.ts";
import type { IdentityKey } from "../../src/model/identity.ts";
import { identityKeyText } from "../../src/model/identity-key.ts";
import type { DeviceId } from "../../src/model/ids.ts";
import type { Profile } from "../../src/model/profile.ts";
import { keyText } from "../../src/profiles/key-text.ts";
import type { ProfileKey } from "../../src/profiles/store.ts";
import type { Visit } from "../../src/profiles/visitor-store.ts";
import { traitFaults } from "./compare-profiles.ts";
import { type Definitions, ruleText } from "./definitions.ts";
import { hasEnded, type ModelProfile, shownProfile, UNSEEN } from "./history-of-traits.ts";
import {
  type CallToStore,
  declaredOf,
  type KnownIdentity,
  lifeDaysOf,
  type Model,
  type ProfileName,
  realizedBy,
  writesOf,
} from "./model.ts";
import { NO_LINKS } from "./model-links.ts";
import type { PlannedCall } from "./planned-call.ts";
import type { Witness } from "./stepped-store.ts";
import { type Knowledge, linkedDevice, type Verdict, verdictsOn } from "./twin.ts";

/** Each is because of somebody else, and whoever has opted out is read no more. */
const MOST_REFUSALS = 10;

export interface WatchedCallParts {
  readonly number: number;
  readonly planned: PlannedCall;
  readonly definitions: Definitions;
  readonly now: number;
  readonly model: Model;
  /** Counts what was stored, by all calls. */
  readonly commits: Counter;
  /** Told of what is wrong. */
  report(fault: string): void;
}

export interface Counter {
  count: number;
}

export class WatchedCall implements Witness {
  readonly number: number;
  readonly planned: PlannedCall;
  readonly definitions: Definitions;
  readonly now: number;
  /** What of the call failed: it may answer less. */
  readonly failures = new Set<"profiles" | "identities" | "clusters">();
  /** Profiles that it could not read. */
  readonly #unread = new Set<ProfileName>();
  /** The device that the server made for the call. */
  newDevice: string | null = null;
  isStored = false;
  #refusals = 0;
  /** Of the answer. */
  segmentCount = 0;
  #isFlagged = false;
  #sawOptOut = false;
  #hasTried = false;
  readonly #model: Model;
  readonly #commits: Counter;
  readonly #report: (fault: string) => void;
  /** What had been stored when it first looked, and once it was stored itself. */
  #countAtFirst: number | null = null;
  #countWhenStored: number | null = null;
  readonly #identities = new Map<string, KnownIdentity | null>();
  /** As it was when the call chose its device. */
  readonly #identitiesAtFirst = new Map<string, KnownIdentity | null>();
  /** As it was before the call tried to store anything. */
  readonly #identitiesBefore = new Map<string, KnownIdentity | null>();
  readonly #profiles = new Map<ProfileName, ModelProfile>();
  #cluster: readonly string[] = [];

  constructor({ number, planned, definitions, now, model, ...parts }: WatchedCallParts) {
    this.number = number;
    this.planned = planned;
    this.definitions = definitions;
    this.now = now;
    this.#model = model;
    this.#commits = parts.commits;
    this.#report = parts.report;
  }

  /** Whose call it is, as far as it is known by now. */
  device(): string | null {
    if (this.planned.device !== null) return this.planned.device;
    return this.#linked() ?? this.newDevice;
  }

  /** Every profile that the call may be about. */
  subjects(): readonly string[] {
    const device = this.device();
    return [...this.planned.ids.map(declaredOf), ...(device === null ? [] : [device])];
  }

  readProfiles(keys: readonly ProfileKey[], found: readonly Profile[] | null): void {
    this.#begin();
    for (const name of keys.map(keyText)) {
      // What failed together is read again one by one.
      if (found === null) this.#unread.add(name);
      else this.#unread.delete(name);
    }
    if (this.#unread.size > 0) this.failures.add("profiles");
    else this.failures.delete("profiles");
    for (const [place, key] of keys.entries()) {
      const name = keyText(key);
      const known = this.#model.profile(name);
      this.#profiles.set(name, found === null ? UNSEEN : known);
      const profile = found?.[place];
      if (profile === undefined) continue;
      const life = { now: this.now, lifeDays: lifeDaysOf(name) };
      for (const fault of traitFaults(known, profile, life)) {
        this.#report(`read of ${name}: ${fault}`);
      }
    }
  }

  readIdentities(keys: readonly IdentityKey[], found: unknown): void {
    this.#begin();
    for (const key of keys) {
      const name = identityKeyText(key);
      const known = found === null ? null : this.#model.identity(name);
      this.#identities.set(name, known);
      if (!this.#identitiesAtFirst.has(name)) this.#identitiesAtFirst.set(name, known);
      if (!this.#hasTried) this.#identitiesBefore.set(name, known);
    }
    if (found === null) this.failures.add("identities");
  }

  readCluster(_device: DeviceId, found: readonly DeviceId[] | null): void {
    this.#begin();
    if (found === null) this.failures.add("clusters");
    this.#cluster = found ?? [];
  }

  stored(visit: Visit, outcome: "stored" | "opted-out"): void {
    this.#begin();
    this.#hasTried = true;
    if (this.planned.kind === "event") this.#storedEvent(visit, outcome);
    else this.#storedWish(visit, outcome);
  }

  /** Whether nothing else was stored from its first look until now, and nothing failed. */
  get isUndisturbed(): boolean {
    return (
      this.failures.size === 0 &&
      this.#countWhenStored === this.#commits.count &&
      this.#countAtFirst === this.#commits.count - 1
    );
  }

  /** The IDs that an opt-out or an opt-in is about. */
  flagged(): readonly string[] {
    const ids = this.planned.ids.map(declaredOf);
    if (this.planned.device !== null) return [this.planned.device, ...ids];
    const linked = ids.flatMap((id) => linkedDevice([id], this.#knowledge(), this.now) ?? []);
    if (linked.length > 0) return [...new Set(linked), ...ids];
    return this.newDevice === null ? ids : [this.newDevice, ...ids];
  }

  /** What the twin says of the partner's segments, from what the call has read. */
  verdicts(): readonly Verdict[] {
    return verdictsOn(this.#call(), this.#knowledge());
  }

  /** Whether a profile had ended, and the call did not begin it anew. */
  readsAsEmpty(name: ProfileName): boolean {
    if (writesOf(this.#call()).has(name)) return false;
    return hasEnded(this.#model.profile(name), lifeDaysOf(name), this.now);
  }

  reportCrash(step: string, fault: unknown): void {
    const why = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    this.#report(`a fault in ${step}: ${why}`);
  }

  /** Whether it was answered as a call that is good. */
  judge(reply: EventReply): boolean {
    const codes = reply.errors.map(({ code }) => code as number);
    if (codes.includes(0)) return false;
    if (reply.revision !== this.definitions.revision) {
      this.#report(`answered by revision ${reply.revision}, not ${this.definitions.revision}`);
    }
    if (this.planned.kind !== "event") return this.#judgeWish(codes);
    if (codes.includes(171)) {
      if (!this.#sawOptOut) this.#report("answered 171, but nobody had opted out");
      if (this.isStored) this.#report("answered 171, but stored");
      return false;
    }
    if (!this.isStored) this.#report("answered, but not stored");
    this.#judgeCodes(codes);
    this.#judgeBody(reply.body);
    return true;
  }

  #begin(): void {
    this.#countAtFirst ??= this.#commits.count;
    if (this.#isOptedOut()) this.#sawOptOut = true;
  }

  #storedEvent({ profiles }: Visit, outcome: "stored" | "opted-out"): void {
    const isOut = this.#isOptedOut();
    if (outcome === "opted-out") {
      // It begins anew.
      this.#unread.clear();
      this.#refusals += 1;
      if (this.#refusals > MOST_REFUSALS) this.#report("tries again and again");
      if (!isOut && !this.#mayMeetOptOut()) this.#report("refused, but nobody had opted out");
      return;
    }
    if (isOut) this.#report("stored for a visitor who had opted out");
    for (const { key } of profiles) {
      const name = key.kind === "device" ? key.device : declaredOf(key);
      if (this.#model.isOptedOut(name, this.planned.pid)) {
        this.#report(`stored something of ${name}, who had opted out`);
      }
    }
    if (this.isStored) this.#report("stored twice");
    this.isStored = true;
    this.#countStored();
    const call = this.#call();
    const hadLinks = this.#own(call.device).links.length > 0;
    this.#model.storeEvent(call, hadLinks);
  }

  #countStored(): void {
    this.#commits.count += 1;
    this.#countWhenStored = this.#commits.count;
  }

  #storedWish({ identities }: Visit, outcome: "stored" | "opted-out"): void {
    if (outcome !== "stored") this.#report("a wish was refused");
    this.#countStored();
    if (identities.length === 0) return;
    if (this.#isFlagged) this.#report("a wish was stored twice");
    this.#isFlagged = true;
    const { kind, pid } = this.planned;
    if (kind === "opt-out") this.#model.storeOptOut(this.flagged(), pid);
    else this.#model.storeOptIn(this.flagged(), pid);
  }

  #judgeWish(codes: readonly number[]): boolean {
    if (this.planned.kind === "opt-in") return true;
    if (!codes.includes(171)) this.#report(`an opt-out was answered with ${codes}`);
    if (!this.#isFlagged) this.#report("an opt-out was answered, but not stored");
    return true;
  }

  /** What could not be read is said, and nothing else is. */
  #judgeCodes(codes: readonly number[]): void {
    const expected = {
      profiles: codes.includes(200),
      identities: codes.includes(201) || codes.includes(202),
      clusters: codes.includes(203),
    };
    for (const what of ["profiles", "identities", "clusters"] as const) {
      // What failed in a first round may have been read in a second.
      if (expected[what] && !this.failures.has(what)) {
        this.#report(`says that ${what} could not be read, but they were`);
      }
    }
    if (this.failures.has("profiles") && !expected.profiles) {
      this.#report("does not say that profiles could not be read");
    }
    const known = new Set([200, 201, 202, 203]);
    const others = codes.filter((code) => !known.has(code));
    if (others.length > 0) this.#report(`unexpected codes ${others}`);
  }

  #judgeBody(text: string): void {
    // The documented form; a part that is missing is a fault below.
    const body = JSON.parse(text) as { uuid?: string; traits?: number[]; segments?: number[] };
    const device = this.device();
    if (body.uuid !== device) this.#report(`answers device ${body.uuid}, not ${device}`);
    const traits = [...realizedBy(this.#call()).keys()];
    if (String(body.traits) !== String(traits)) {
      this.#report(`answers traits ${body.traits}, not ${traits}`);
    }
    const answered = new Set(body.segments);
    for (const { segment, reads, holds } of this.verdicts()) {
      const isAnswered = answered.delete(segment.sid);
      if (holds !== null && isAnswered !== holds) {
        const said = isAnswered ? "answered" : "not answered";
        const rule = ruleText(segment.terms);
        this.#report(`segment ${segment.sid} (${rule}) is ${said}, the twin says ${holds}`);
        for (const name of reads)
          this.#report(`${name} had ${shownProfile(this.#profiles.get(name))}`);
      }
    }
    this.segmentCount = body.segments?.length ?? 0;
    if (answered.size > 0) this.#report(`answers segments ${[...answered]}, which are none`);
  }

  #isOptedOut(): boolean {
    return this.subjects().some((name) => this.#model.isOptedOut(name, this.planned.pid));
  }

  /** Somebody whose profile the call changes as well may have opted out. */
  #mayMeetOptOut(): boolean {
    const others = [...this.#profiles.keys()].map((name) =>
      name.slice(name.startsWith("device:") ? name.lastIndexOf(":") + 1 : "declared:".length),
    );
    return others.some((name) => this.#model.isOptedOut(name, this.planned.pid));
  }

  #linked(): string | null {
    const ids = this.planned.ids.map(declaredOf);
    const known = { identity: (name: string) => this.#identitiesAtFirst.get(name) ?? null };
    return linkedDevice(ids, known, this.now);
  }

  #own(device: string) {
    return this.#identitiesBefore.get(device)?.device ?? NO_LINKS;
  }

  #knowledge(): Knowledge {
    return {
      own: this.#own(this.device() ?? ""),
      identity: (name) => this.#identities.get(name) ?? null,
      cluster: () => this.#cluster,
      profile: (name) => this.#profiles.get(name) ?? null,
    };
  }

  #call(): CallToStore {
    const device = this.device();
    if (device === null) throw new Error(`Call ${this.number} has no device.`);
    const { planned, now, definitions } = this;
    return { planned, device, now, definitions };
  }
}
