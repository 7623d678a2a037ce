// What has changed in the segments of one profile since it was last told?
//
// Compared is what was last announced, not the profile a moment ago: a trait that has expired, or a rule
// that was edited, must be noticed too.

import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import type { DeviceId, SegmentId } from "../../model/ids.ts";
import type { EvidenceChange, Membership, Profile } from "../../model/profile.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import type { RuleReads } from "./profile-plan.ts";
import type { Visit } from "./visit.ts";

export interface MembershipChanges {
  readonly gained: readonly SegmentId[];
  readonly lost: readonly SegmentId[];
  readonly evidence: readonly EvidenceChange[];
}

interface Leaving extends MembershipChanges {
  readonly lost: SegmentId[];
  readonly evidence: EvidenceChange[];
}

/** A profile, and what was found of it. */
export interface ReadProfile {
  readonly visit: Visit;
  readonly key: ProfileKey;
  readonly profile: Profile;
  /** The rules that read it. */
  readonly rules: readonly RuleReads[];
  /** The segments that hold under them, ascending. */
  readonly held: readonly SegmentId[];
}

const NO_CHANGES: MembershipChanges = { gained: [], lost: [], evidence: [] };

export function membershipChanges(read: ReadProfile): MembershipChanges {
  const { held, key } = read;
  const isDevice = key.kind === "device";
  if (isDevice && isAsTold(read.profile.membership, held)) return NO_CHANGES;
  const changes = new Changes(read);
  let next = 0;
  // Both lists ascend, so one walk over the two is enough.
  for (const entry of read.profile.membership) {
    const { sid } = entry;
    for (let before = held[next]; before !== undefined && before < sid; before = held[++next]) {
      changes.enter(before);
    }
    if (held[next] !== sid) {
      changes.leave(entry);
    } else {
      next += 1;
      // A device's membership never rests on pairs: there is nothing to say.
      if (!isDevice) changes.stay(entry);
    }
  }
  for (let sid = held[next]; sid !== undefined; sid = held[++next]) changes.enter(sid);
  return changes;
}

/** Mostly a device is in the very segments that it was in. */
function isAsTold(membership: readonly Membership[], held: readonly SegmentId[]): boolean {
  return (
    membership.length === held.length && membership.every(({ sid }, place) => sid === held[place])
  );
}

/** What ends all membership of a profile in a partner's segments, paused ones too. */
export function leavingAll(
  key: ProfileKey,
  membership: readonly Membership[],
  partner: PartnerCatalog,
): MembershipChanges {
  const left: Leaving = { gained: [], lost: [], evidence: [] };
  for (const entry of membership) {
    const { sid } = entry;
    const isOurs = partner.segments.has(sid) || partner.pausedSegments.has(sid);
    if (isOurs || !isShared(key, partner)) leaveAltogether(entry, left);
  }
  return left;
}

class Changes implements Leaving {
  readonly gained: SegmentId[] = [];
  readonly lost: SegmentId[] = [];
  readonly evidence: EvidenceChange[] = [];
  readonly #read: ReadProfile;

  constructor(read: ReadProfile) {
    this.#read = read;
  }

  enter(sid: SegmentId): void {
    if (this.#restsOnPairs(sid)) this.#setPair(sid, this.#read.visit.device, true);
    else this.gained.push(sid);
  }

  stay(entry: Membership): void {
    if (!this.#restsOnPairs(entry.sid)) return;
    if (!hasPair(entry, this.#read.visit.device)) this.enter(entry.sid);
    leavePlainly(entry, this);
  }

  /** A segment that was deleted is left; one that is paused, or was not evaluated, is not. */
  leave(entry: Membership): void {
    const { rules, visit } = this.#read;
    const { partner, device } = visit;
    const { sid } = entry;
    if (partner.pausedSegments.has(sid)) return;
    const segment = partner.segments.get(sid);
    if (segment === undefined) {
      if (!isShared(this.#read.key, partner)) leaveAltogether(entry, this);
    } else if (rules.some(({ group }) => group.mergeRule === segment.mergeRule)) {
      if (this.#restsOnPairs(sid)) this.#leaveWithDevice(entry, device);
      else leaveAltogether(entry, this);
    }
  }

  /**
   * Whether a declared ID's membership of a segment is that of its pairs: it stays a member as long as
   * on one of its devices the rule holds ("Audience model", Evaluation and membership).
   */
  #restsOnPairs(sid: SegmentId): boolean {
    const { key, visit } = this.#read;
    if (key.kind === "device") return false;
    const rule = visit.partner.segments.get(sid)?.mergeRule;
    return rule?.crossDevice === "LAST" && rule.device === "DEVICE";
  }

  #leaveWithDevice(entry: Membership, device: DeviceId): void {
    if (hasPair(entry, device)) this.#setPair(entry.sid, device, false);
    leavePlainly(entry, this);
  }

  #setPair(sid: SegmentId, device: DeviceId, holds: boolean): void {
    this.evidence.push({ sid, device, holds });
  }
}

function leaveAltogether(entry: Membership, changes: Leaving): void {
  leavePlainly(entry, changes);
  for (const { device } of entry.evidence ?? []) {
    if (device !== null) changes.evidence.push({ sid: entry.sid, device, holds: false });
  }
}

/** Ends membership that no pair stands for, where there is such. */
function leavePlainly({ sid, evidence }: Membership, { lost }: Leaving): void {
  if (evidence === undefined || evidence.some(({ device }) => device === null)) lost.push(sid);
}

/** IDs of a shared data source are in segments of several partners. */
function isShared(key: ProfileKey, { dataSources }: PartnerCatalog): boolean {
  return key.kind === "declared" && dataSources.get(key.dataSourceId)?.pid === null;
}

function hasPair({ evidence }: Membership, device: DeviceId): boolean {
  return evidence?.some((pair) => pair.device === device) ?? false;
}
