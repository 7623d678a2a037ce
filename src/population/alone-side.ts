import { lifeDaysOf, readForRule, type Visit, type WholePlan } from "../event/qualify/qualify.ts";
import { UNKNOWN_IDENTITY } from "../model/identity.ts";
import { type DeviceId, parseDeviceId, type SegmentId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import { invariant } from "../model/result.ts";
import { profileExpiresAt } from "../model/time.ts";
import type { ProfileKey } from "../profiles/store.ts";
import { type EvaluatorOptions, NO_SEGMENTS, type Side } from "./evaluator.ts";

/** One side's segments of a profile that is all that is read. */
export class AloneSide {
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
