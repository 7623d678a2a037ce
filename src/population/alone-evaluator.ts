// Visitors whose profile is all that is read of them. Records are evaluated as they are visited; only of those who
// are in something it is asked whether they have opted out.

import { lifeDaysOf, readForRule, type Visit, type WholePlan } from "../event/qualify/qualify.ts";
import { UNKNOWN_IDENTITY } from "../model/identity.ts";
import { type DeviceId, parseDeviceId, type SegmentId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import { invariant } from "../model/result.ts";
import { profileExpiresAt } from "../model/time.ts";
import { CorruptRecord } from "../profiles/corrupt-record.ts";
import type { ScannedRecord, ScanOwner } from "../profiles/profile-scan.ts";
import { RecordSkimmer } from "../profiles/skim-record.ts";
import type { ProfileKey } from "../profiles/store.ts";
import {
  type Evaluator,
  type EvaluatorOptions,
  NO_SEGMENTS,
  type Side,
  type Verdict,
} from "./evaluator.ts";

interface Holder {
  readonly owner: ScanOwner;
  readonly before: readonly SegmentId[];
  readonly after: readonly SegmentId[];
  readonly lastSeen: number;
}

export class AloneEvaluator implements Evaluator {
  unreadable = 0;
  readonly #options: EvaluatorOptions;
  readonly #skimmer: RecordSkimmer;
  readonly #before: AloneSide | null;
  readonly #after: AloneSide | null;
  /** Whether visitors without any of the traits may be in something. */
  readonly #asksAll: boolean;
  #holders: Holder[] = [];

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#skimmer = new RecordSkimmer(options.wanted);
    this.#before = options.before && new AloneSide(options.before, options);
    this.#after = options.after && new AloneSide(options.after, options);
    this.#asksAll = [options.before, options.after].some(
      (side) => side !== null && side.partner.mergeNeeds.computedTraits !== null,
    );
  }

  readonly visit = (record: ScannedRecord): void => {
    const skimmer = this.#skimmer;
    try {
      skimmer.skim(record.bytes, record.begin, record.end);
    } catch (fault) {
      if (!(fault instanceof CorruptRecord)) throw fault;
      this.unreadable++;
      return;
    }
    const { lastSeen, traits } = skimmer;
    // No rule holds on an empty profile.
    if (traits.length === 0 && !this.#asksAll) return;
    const profile: Profile = { lastSeen, traits, membership: [] };
    const before = this.#before?.segmentsOf(profile) ?? NO_SEGMENTS;
    const after = this.#after?.segmentsOf(profile) ?? NO_SEGMENTS;
    if (before.length + after.length === 0) return;
    this.#holders.push({ owner: record.owner(), before, after, lastSeen });
  };

  async flush(verdict: Verdict): Promise<void> {
    const holders = this.#holders;
    this.#holders = [];
    if (holders.length === 0) return;
    const { store, of, pid } = this.#options;
    const owners = holders.map(({ owner }) => owner);
    const identities = await store.scan.identitiesOf(of, owners);
    for (const [place, { before, after, lastSeen }] of holders.entries()) {
      const optOuts = identities[place]?.optOuts ?? [];
      if (optOuts.every((optOut) => optOut.pid !== pid)) verdict(before, after, lastSeen);
    }
  }
}

class AloneSide {
  readonly #side: Side;
  readonly #visit: Visit;
  readonly #plan: WholePlan;
  readonly #lifeDays: number;

  constructor(side: Side, { of, pid, now }: EvaluatorOptions) {
    this.#side = side;
    const device = nobodysDevice();
    // Whose profile it is does not matter to what is read of it: of which kind it is does.
    const key: ProfileKey =
      of.kind === "devices" ? { kind: "device", pid, device } : { ...of, id: "" };
    const { partner } = side;
    this.#visit = { partner, device, ids: [], identity: UNKNOWN_IDENTITY, now };
    this.#plan = { kind: "whole", profiles: [key], rules: [], identities: new Map() };
    this.#lifeDays = lifeDaysOf(key, partner);
  }

  segmentsOf(profile: Profile): readonly SegmentId[] {
    const { partner, groups } = this.#side;
    const { now } = this.#visit;
    if (now >= profileExpiresAt(profile.lastSeen, this.#lifeDays)) return NO_SEGMENTS;
    const isPlain = partner.mergeNeeds.computedTraits === null;
    const read = isPlain ? profile : readForRule(this.#visit, this.#plan, [profile], [0]);
    const [only, second] = groups;
    if (only !== undefined && second === undefined) return only.index.qualified(read, now).segments;
    return groups
      .flatMap(({ index }) => index.qualified(read, now).segments)
      .sort((one, other) => one - other);
  }
}

/** Nobody has it. */
function nobodysDevice(): DeviceId {
  const device = parseDeviceId(`${"0".repeat(37)}1`);
  invariant(device !== null, "it is written as a device is");
  return device;
}
