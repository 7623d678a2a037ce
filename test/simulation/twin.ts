// Which segments is a visitor in? Found out from lists of realizations, rule by rule ("Audience model",
// Read and merge; Semantics).

import type { Definitions, SimulatedMergeRule, SimulatedSegment, Term } from "./definitions.ts";
import {
  afterSighting,
  DAY_MS,
  endOf,
  hasEnded,
  type ModelProfile,
  runOf,
  UNSEEN,
} from "./history-of-traits.ts";
import {
  type CallToStore,
  declaredOf,
  type KnownIdentity,
  lifeDaysOf,
  loggedInWith,
  type ProfileName,
  profileOfDeclared,
  profileOfDevice,
  writesOf,
} from "./model.ts";
import {
  afterNaming,
  bySync,
  type DeviceLinks,
  lastLogin,
  sourceOfDeclared,
} from "./model-links.ts";

/** What a call had read when it answered. */
export interface Knowledge {
  readonly own: DeviceLinks;
  /** Of others; null for what could not be read. */
  identity(name: string): KnownIdentity | null;
  cluster(): readonly string[];
  /** Null where it was not read. */
  profile(name: ProfileName): ModelProfile | null;
}

export interface Verdict {
  readonly segment: SimulatedSegment;
  /** The profiles that its merge rule reads; none: it is not evaluated. */
  readonly reads: readonly ProfileName[];
  /** Null where the order of arrival decides. */
  readonly holds: boolean | null;
}

/** What is true of each active segment of the partner. */
export function verdictsOn(call: CallToStore, knowledge: Knowledge): readonly Verdict[] {
  const { definitions, planned } = call;
  const writes = writesOf(call);
  const readsByRule = new Map<number, readonly ProfileName[]>();
  for (const rule of definitions.mergeRules.values()) {
    if (rule.pid === planned.pid) readsByRule.set(rule.mergeRuleId, readsOf(call, knowledge, rule));
  }
  const profile = (name: ProfileName): ModelProfile => {
    const stored = knowledge.profile(name);
    if (stored === null) throw new Error(`${name} was not read, but a rule needs it`);
    const realized = writes.get(name);
    const lifeDays = lifeDaysOf(name);
    if (realized !== undefined) {
      return afterSighting(stored, { at: call.now, lifeDays, realized });
    }
    return hasEnded(stored, lifeDays, call.now) ? UNSEEN : stored;
  };
  return [...definitions.segments.values()]
    .filter(({ pid, isActive }) => pid === planned.pid && isActive)
    .sort((a, b) => a.sid - b.sid)
    .map((segment) => {
      const reads = readsByRule.get(segment.mergeRuleId) ?? [];
      const sources = reads.map((name) => ({ name, profile: profile(name) }));
      const holds = reads.length === 0 ? false : holdsOn(segment.terms, sources, call);
      return { segment, reads, holds };
    });
}

/** The profiles that a merge rule reads. Nobody who has opted out is among them, but for the call's own. */
function readsOf(
  call: CallToStore,
  knowledge: Knowledge,
  rule: SimulatedMergeRule,
): readonly ProfileName[] {
  const { planned, device } = call;
  const mayRead = (name: string): boolean => {
    const identity = knowledge.identity(name);
    return identity !== null && !identity.optOuts.has(planned.pid);
  };
  const named = new Set(planned.ids.map(declaredOf));
  const everybody = peopleOf(call, knowledge, rule);
  const people = everybody.filter((one) => named.has(one) || mayRead(one));
  const devices = ((): readonly string[] => {
    switch (rule.device) {
      case "NO_DEVICE":
        return [];
      case "DEVICE":
        return [device];
      case "EXTERNAL": {
        const others = knowledge.cluster().filter((one) => one !== device);
        return [device, ...others.filter(mayRead)];
      }
      case "PROFILE_LINK": {
        const [person] = everybody;
        if (person === undefined) return [device];
        // Of a person who has opted out, or cannot be read, no other device is known.
        if (!mayRead(person)) return [device];
        const links = knowledge.identity(person)?.devices ?? [];
        const others = links.filter((link) => {
          if (link.device === device || !mayRead(link.device)) return false;
          const known = knowledge.identity(link.device)?.device;
          const last = known && lastLogin(known, sourceOfDeclared(person), call.now);
          return last?.declared === person;
        });
        return [device, ...others.map((link) => link.device)];
      }
    }
  })();
  return [
    ...devices.map((one) => profileOfDevice(planned.pid, one)),
    ...people.map(profileOfDeclared),
  ];
}

function peopleOf(
  { planned, now, device }: CallToStore,
  { own }: Knowledge,
  rule: SimulatedMergeRule,
): readonly string[] {
  if (rule.crossDevice === "NONE") return [];
  const loggedIn = loggedInWith(planned);
  const after = planned.ids.reduce<DeviceLinks>((links, id, place) => {
    const named = { device, declared: declaredOf(id), state: id.state, at: now };
    // Later than everything that was stored before.
    return afterNaming(links, named, Number.MAX_SAFE_INTEGER - 100 + place);
  }, own);
  return rule.dataSourceIds.flatMap((source) => {
    const present = loggedIn.get(source);
    if (present !== undefined) return [present];
    if (rule.crossDevice !== "LAST") return [];
    return lastLogin(after, source, now)?.declared ?? [];
  });
}

interface Source {
  readonly name: ProfileName;
  readonly profile: ModelProfile;
}

function holdsOn(
  terms: readonly Term[],
  sources: readonly Source[],
  { now, definitions }: CallToStore,
): boolean | null {
  let holds = true;
  for (const term of terms) {
    const count = countOf(term, sources, now, definitions);
    if (count === null) return null;
    const isTrue =
      term.comparison === ">="
        ? count >= term.count
        : term.comparison === "<="
          ? count <= term.count
          : count === term.count;
    if (isTrue === term.isNegated) holds = false;
  }
  return holds;
}

function countOf(
  { sids, recency }: Term,
  sources: readonly Source[],
  now: number,
  { traits }: Definitions,
): number | null {
  const today = Math.floor(now / DAY_MS);
  let total = 0;
  for (const sid of sids) {
    const trait = traits.get(sid);
    if (trait === undefined) throw new Error(`a segment names the trait ${sid}, which is gone`);
    const days = daysOf(sid, sources, (last) => now < endOf(last, trait.ttlDays));
    if (days === null) return null;
    for (const [day, count] of days) {
      const age = today - day;
      const isWithin =
        recency === null ||
        (recency.comparison === "<=" ? age <= recency.days : age >= recency.days);
      if (isWithin) total += count;
    }
  }
  return total;
}

/** Realizations by day: of devices they add up, of the IDs of several sources the most counts. */
function daysOf(
  sid: number,
  sources: readonly Source[],
  isAlive: (last: number) => boolean,
): ReadonlyMap<number, number> | null {
  const ofDevices = new Map<number, number>();
  const ofSources = new Map<number, Map<number, number>>();
  for (const { name, profile } of sources) {
    const realized = profile.realized.get(sid);
    if (realized === undefined) continue;
    const run = runOf(realized);
    if (!run.isCertain) return null;
    if (!isAlive(run.last)) continue;
    let days = ofDevices;
    if (name.startsWith("declared:")) {
      const source = sourceOfDeclared(name.slice("declared:".length));
      days = ofSources.get(source) ?? new Map();
      ofSources.set(source, days);
    }
    for (const [day, count] of run.countByDay) days.set(day, (days.get(day) ?? 0) + count);
  }
  const most = new Map<number, number>();
  for (const days of ofSources.values()) {
    for (const [day, count] of days) most.set(day, Math.max(most.get(day) ?? 0, count));
  }
  for (const [day, count] of most) ofDevices.set(day, (ofDevices.get(day) ?? 0) + count);
  return ofDevices;
}

/** The device that declared IDs lead to: of the first that leads anywhere the one last synced. */
export function linkedDevice(
  ids: readonly string[],
  knowledge: Pick<Knowledge, "identity">,
  now: number,
): string | null {
  for (const id of ids) {
    const links = knowledge.identity(id)?.devices ?? [];
    for (const link of links.toSorted(bySync)) {
      const lastSeen = knowledge.identity(link.device)?.device.lastSeen ?? 0;
      if (now < endOf(Math.max(link.lastSync, lastSeen), 120)) return link.device;
    }
  }
  return null;
}

/** Whether a declared ID is in a segment as long as one of its devices says so. */
export function restsOnPairs({ crossDevice, device }: SimulatedMergeRule): boolean {
  return crossDevice === "LAST" && device === "DEVICE";
}
