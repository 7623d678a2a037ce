// Entering and leaving segments, whatever the order in which calls arrive: of two changes of one
// segment the later stands. Which is later, a clock cannot say (it may stand still, or be set
// back), so each change is given an order: its time, or one more than the latest order its call had
// seen.

import type { SegmentId } from "./ids.ts";
import { latestOrder, type Membership, type Profile, type ProfileDelta } from "./profile.ts";
import { LATENESS_MS } from "./trait-run.ts";

export interface MembershipAfter {
  readonly membership: readonly Membership[];
  readonly left: readonly Membership[];
}

interface Standing {
  readonly since: number;
  readonly order: number;
  readonly isMember: boolean;
}

const NOTHING_LEFT: readonly Membership[] = [];

export function changeMembership(
  profile: Profile,
  delta: ProfileDelta,
  lastSeen: number,
): MembershipAfter {
  const left = profile.left ?? NOTHING_LEFT;
  if (delta.gained.length + delta.lost.length === 0) {
    return { membership: profile.membership, left: stillNeeded(left, lastSeen) };
  }
  const standings = new Map<SegmentId, Standing>();
  for (const entry of profile.membership) standings.set(entry.sid, standingOf(entry, true));
  for (const entry of left) standings.set(entry.sid, standingOf(entry, false));

  const since = delta.at;
  const order = Math.max(since, (delta.seenOrder ?? latestOrder(profile)) + 1);
  const change = (sid: SegmentId, isMember: boolean): void => {
    const before = standings.get(sid);
    // Said without knowing what is stored, it is no change where it is stored already.
    const isNews = delta.seenOrder !== undefined || before?.isMember !== isMember;
    const after = { since, order, isMember };
    if (isNews && (before === undefined || isLater(after, before))) standings.set(sid, after);
  };
  for (const sid of delta.gained) change(sid, true);
  for (const sid of delta.lost) change(sid, false);

  return {
    membership: entriesOf(standings, true),
    left: stillNeeded(entriesOf(standings, false), lastSeen),
  };
}

function standingOf({ since, order = since }: Membership, isMember: boolean): Standing {
  return { since, order, isMember };
}

/** Of changes of equal order entering wins, and of two of a kind the later time. */
function isLater(a: Standing, b: Standing): boolean {
  if (a.order !== b.order) return a.order > b.order;
  if (a.isMember !== b.isMember) return a.isMember;
  return a.since > b.since;
}

function entriesOf(standings: ReadonlyMap<SegmentId, Standing>, isMember: boolean): Membership[] {
  const entries: Membership[] = [];
  for (const [sid, { since, order, isMember: is }] of standings) {
    if (is === isMember) entries.push(order === since ? { sid, since } : { sid, since, order });
  }
  return entries.sort((a, b) => a.sid - b.sid);
}

/** Without those that no call can still contradict. */
function stillNeeded(left: readonly Membership[], lastSeen: number): readonly Membership[] {
  const oldestComing = lastSeen - LATENESS_MS;
  if (left.every(({ since, order = since }) => order >= oldestComing)) return left;
  return left.filter(({ since, order = since }) => order >= oldestComing);
}
