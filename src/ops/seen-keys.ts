// Which keys the calls of a partner carried: names, never values, and none that is private. For people who ask why a
// trait is not fed. Of many calls only some are looked at, and of many keys the frequent ones are kept, but for those
// that rules ask for: of them every one is.

/** What one worker has seen, or all of them together. */
export interface SeenKeysReport {
  /** Calls that were looked at. */
  readonly calls: number;
  /** The earliest from which on they were, milliseconds since the epoch. */
  readonly since: number;
  /** How many of those calls carried a key. */
  readonly keys: readonly (readonly [key: string, calls: number])[];
}

/** Of a worker, for each partner: all of the first calls are looked at, and then one of so many. */
export const ALL_OF_FIRST = 1_000;
export const ONE_IN = 16;
/** Keys that no rule asks for; twice as many may be there before the rare ones are dropped. */
export const MOST_OTHER_KEYS = 2_000;
/** Keys that rules ask for: a bound for those of definitions that come and go. */
export const MOST_ASKED_KEYS = 100_000;

interface PartnerKeys {
  passed: number;
  looked: number;
  readonly asked: Map<string, number>;
  others: Map<string, number>;
}

export class SeenKeys {
  readonly #since: number;
  readonly #partners = new Map<number, PartnerKeys>();

  /** `since`: milliseconds since the epoch. */
  constructor(since: number) {
    this.#since = since;
  }

  /** To be asked once for each call: whether it is one of those that are looked at. */
  looksAt(pid: number): boolean {
    let partner = this.#partners.get(pid);
    if (partner === undefined) {
      partner = { passed: 0, looked: 0, asked: new Map(), others: new Map() };
      this.#partners.set(pid, partner);
    }
    partner.passed++;
    if (partner.passed > ALL_OF_FIRST && partner.passed % ONE_IN !== 0) return false;
    partner.looked++;
    return true;
  }

  /** A key of a call that is looked at, once; `isAsked`: whether a rule asks for it. */
  saw(pid: number, key: string, isAsked: boolean): void {
    const partner = this.#partners.get(pid);
    if (partner === undefined) return;
    const { asked, others } = partner;
    if (!isAsked) {
      others.set(key, (others.get(key) ?? 0) + 1);
      if (others.size >= 2 * MOST_OTHER_KEYS) partner.others = mostFrequent(others);
    } else if (asked.has(key) || asked.size < MOST_ASKED_KEYS) {
      asked.set(key, (asked.get(key) ?? 0) + 1);
    }
  }

  report(pid: number): SeenKeysReport {
    const partner = this.#partners.get(pid);
    if (partner === undefined) return { calls: 0, since: this.#since, keys: [] };
    const { looked, asked, others } = partner;
    const kept = others.size > MOST_OTHER_KEYS ? mostFrequent(others) : others;
    return { calls: looked, since: this.#since, keys: [...added(asked, kept)] };
  }
}

/** What several workers have seen. */
export function joinSeenKeys(reports: readonly SeenKeysReport[]): SeenKeysReport {
  const keys = reports.reduce(
    (sum, report) => added(sum, new Map(report.keys)),
    new Map<string, number>(),
  );
  return {
    calls: reports.reduce((sum, { calls }) => sum + calls, 0),
    since: reports.reduce((least, { since }) => Math.min(least, since), Number.POSITIVE_INFINITY),
    keys: [...keys],
  };
}

function mostFrequent(counts: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_OTHER_KEYS));
}

/** A key may be in both: rules may have begun to ask for it only later. */
function added(
  one: ReadonlyMap<string, number>,
  other: ReadonlyMap<string, number>,
): Map<string, number> {
  const sum = new Map(one);
  for (const [key, count] of other) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
