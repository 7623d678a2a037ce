// What the model knows of one profile: every realization, as it came. Everything else is read out of that
// list anew each time, in the words of the manual ("Audience model", TTL; Semantics). Slow, and plain.

export const DAY_MS = 86_400_000;

export interface Realized {
  readonly at: number;
  /** The trait's life in days, as the call knew it. */
  readonly ttlDays: number;
}

/** Never changed: whoever holds one has the profile as it was then. */
export interface ModelProfile {
  /** 0 where it was never seen. */
  readonly lastSeen: number;
  readonly realized: ReadonlyMap<number, readonly Realized[]>;
}

export const UNSEEN: ModelProfile = { lastSeen: 0, realized: new Map() };

/** The first midnight at which something is gone. */
export function endOf(last: number, lifeDays: number): number {
  if (lifeDays === 0) return Number.POSITIVE_INFINITY;
  const midnightBefore = last - (last % DAY_MS);
  return midnightBefore + DAY_MS * (lifeDays + 1);
}

export function hasEnded({ lastSeen }: ModelProfile, lifeDays: number, now: number): boolean {
  return lastSeen > 0 && now >= endOf(lastSeen, lifeDays);
}

export interface Sighting {
  readonly at: number;
  readonly lifeDays: number;
  /** Traits and their lives. */
  readonly realized: ReadonlyMap<number, number>;
}

/** Calls come less than a day late: what ended two days before one can no longer be joined by another. */
const FORGOTTEN_AFTER_MS = 2 * DAY_MS;

export function afterSighting(before: ModelProfile, sighting: Sighting): ModelProfile {
  const { at, lifeDays } = sighting;
  const profile = hasEnded(before, lifeDays, at) ? UNSEEN : before;
  const realized = new Map(profile.realized);
  for (const [sid, ttlDays] of sighting.realized) {
    const known = realized.get(sid) ?? [];
    const last = known.reduce((latest, one) => Math.max(latest, one.at), 0);
    const isOver = known.length > 0 && at >= endOf(last, ttlDays) + FORGOTTEN_AFTER_MS;
    realized.set(sid, [...(isOver ? [] : known), { at, ttlDays }]);
  }
  return { lastSeen: Math.max(profile.lastSeen, at), realized };
}

/** Realizations without a gap longer than the trait's life, up to the latest. */
export interface Run {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly countByDay: ReadonlyMap<number, number>;
  /** Whether it is the same in every order of arrival. A life that changed meanwhile may make it not so. */
  readonly isCertain: boolean;
}

export function runOf(realized: readonly Realized[]): Run {
  let run: Realized[] = [];
  for (const one of realized.toSorted((a, b) => a.at - b.at)) {
    const last = run.at(-1);
    if (last !== undefined && one.at >= endOf(last.at, one.ttlDays)) run = [];
    run.push(one);
  }
  const countByDay = new Map<number, number>();
  for (const { at } of run) {
    const day = Math.floor(at / DAY_MS);
    countByDay.set(day, (countByDay.get(day) ?? 0) + 1);
  }
  return {
    first: run[0]?.at ?? 0,
    last: run.at(-1)?.at ?? 0,
    count: run.length,
    countByDay,
    isCertain: isCertain(realized),
  };
}

function isCertain(realized: readonly Realized[]): boolean {
  if (new Set(realized.map(({ ttlDays }) => ttlDays)).size < 2) return true;
  return realized.every(({ at }, place) => place === 0 || at >= (realized[place - 1]?.at ?? 0));
}

/** As faults show it: each trait with the times and lives of its realizations. */
export function shownProfile({ lastSeen, realized }: ModelProfile = UNSEEN): string {
  const traits = [...realized].map(([sid, times]) => {
    const shown = times.map(({ at, ttlDays }) => `${new Date(at).toISOString()}/${ttlDays}`);
    return `${sid}: ${shown.join(" ")}`;
  });
  return `seen ${new Date(lastSeen).toISOString()}; ${traits.join("; ")}`;
}
