// Entering and leaving segments, whatever the order in which calls arrive: of two changes of one
// segment the later stands. Which is later, a clock cannot say (it may stand still, or be set
// back), so each change is given an order: its time, or one more than the latest order its call had
// seen.
//
// Membership that rests on pairs with devices is as many independent memberships as there are pairs.

import type { DeviceId, SegmentId } from "./ids.ts";
import {
  type Evidence,
  latestOrder,
  type Membership,
  membershipOn,
  type Profile,
  type ProfileDelta,
} from "./profile.ts";
import { invariant } from "./result.ts";
import { LATENESS_MS } from "./trait-run.ts";

/**
 * Pairs kept for one segment of one declared ID: as many as it may have devices ("Audience model",
 * Limits). Of more, the latest stay.
 */
export const MAX_EVIDENCE = 100;

export interface MembershipAfter {
  readonly membership: readonly Membership[];
  readonly left: readonly Membership[];
}

interface Standing {
  readonly sid: SegmentId;
  /** The other half of the pair that says so; null where no pair does. */
  readonly device: DeviceId | null;
  readonly since: number;
  readonly order: number;
  readonly isMember: boolean;
}

/** By segment, or by segment and device: no text is a number. */
type Standings = Map<SegmentId | string, Standing>;

const NOTHING_LEFT: readonly Membership[] = [];

export function changeMembership(
  profile: Profile,
  delta: ProfileDelta,
  lastSeen: number,
): MembershipAfter {
  const left = profile.left ?? NOTHING_LEFT;
  const { gained, lost, evidence = [], seenOrder } = delta;
  if (gained.length + lost.length + evidence.length === 0 && !hasOutlived(profile, lastSeen)) {
    return { membership: profile.membership, left };
  }
  const standings: Standings = new Map();
  addEntries(standings, profile.membership, true);
  addEntries(standings, left, false);

  const since = delta.at;
  const order = Math.max(since, (seenOrder ?? latestOrder(profile)) + 1);
  const change = (sid: SegmentId, device: DeviceId | null, isMember: boolean): void => {
    const key = keyOf(sid, device);
    const before = standings.get(key);
    // Said without knowing what is stored, it is no change where it is stored already.
    const isNews = seenOrder !== undefined || before?.isMember !== isMember;
    const after = { sid, device, since, order, isMember };
    if (isNews && (before === undefined || isLater(after, before))) standings.set(key, after);
  };
  for (const sid of gained) change(sid, null, true);
  for (const sid of lost) change(sid, null, false);
  for (const { sid, device, holds } of evidence) change(sid, device, holds);

  return {
    membership: entriesOf([...standings.values()].filter(({ isMember }) => isMember)),
    left: entriesOf(stillNeeded(standings, lastSeen)),
  };
}

function keyOf(sid: SegmentId, device: DeviceId | null): SegmentId | string {
  return device === null ? sid : `${sid} ${device}`;
}

function addEntries(standings: Standings, entries: readonly Membership[], isMember: boolean): void {
  for (const entry of entries) {
    const { sid } = entry;
    for (const { device, since, order = since } of evidenceOf(entry)) {
      standings.set(keyOf(sid, device), { sid, device, since, order, isMember });
    }
  }
}

function evidenceOf({ since, order = since, evidence }: Membership): readonly Evidence[] {
  return evidence ?? [{ device: null, since, order }];
}

/** Of changes of equal order entering wins, and of two of a kind the later time. */
function isLater(a: Standing, b: Standing): boolean {
  if (a.order !== b.order) return a.order > b.order;
  if (a.isMember !== b.isMember) return a.isMember;
  return a.since > b.since;
}

/** Whether something that was left is kept for no call that can still come. */
function hasOutlived(profile: Profile, lastSeen: number): boolean {
  if (profile.left === undefined) return false;
  const oldestComing = lastSeen - LATENESS_MS;
  return profile.left.some((entry) =>
    evidenceOf(entry).some(({ since, order = since }) => order < oldestComing),
  );
}

/** What was left, without what no call can still contradict. */
function stillNeeded(standings: Standings, lastSeen: number): Standing[] {
  // A profile that is changed by calls of others alone has only their changes to go by.
  let latest = lastSeen;
  for (const { order } of standings.values()) latest = Math.max(latest, order);
  const oldestComing = latest - LATENESS_MS;
  return [...standings.values()].filter(
    ({ isMember, order }) => !isMember && order >= oldestComing,
  );
}

function entriesOf(standings: readonly Standing[]): Membership[] {
  const entries = standings.every(({ device }) => device === null)
    ? standings.map(plainEntry)
    : [...Map.groupBy(standings, ({ sid }) => sid).values()].map(entryOfSeveral);
  return entries.sort((a, b) => a.sid - b.sid);
}

function plainEntry({ sid, since, order }: Standing): Membership {
  return order === since ? { sid, since } : { sid, since, order };
}

/** What is said of one segment. */
function entryOfSeveral(standings: readonly Standing[]): Membership {
  const [first, second] = standings;
  invariant(first !== undefined, "a segment of which something is said");
  if (first.device === null && second === undefined) return plainEntry(first);
  const evidence = standings
    .toSorted((a, b) => b.order - a.order || compareDevices(a, b))
    .slice(0, MAX_EVIDENCE)
    .sort(compareDevices)
    .map(({ device, since, order }) =>
      order === since ? { device, since } : { device, since, order },
    );
  return membershipOn(first.sid, evidence);
}

function compareDevices(a: Standing, b: Standing): number {
  const [one, other] = [a.device ?? "", b.device ?? ""];
  return one === other ? 0 : one < other ? -1 : 1;
}
