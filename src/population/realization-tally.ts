// Who realized traits in which of the documented ranges, and how often ("Management API, reports and UI", Reporting):
// as much of it as stored profiles can tell. A range of N days is the N whole UTC days before today; "lifetime" is what
// holds now.

import type { TraitRecord } from "../model/profile.ts";
import { expiresAt } from "../model/time.ts";

/** Days. */
export const METRIC_RANGES = [1, 7, 14, 30, 60, 90] as const;

export interface TraitMetrics {
  /**
   * Profiles that realized it, by range; null where profiles have forgotten some of it: a trait's last days are all
   * that its life lets them keep.
   */
  readonly uniques: readonly (number | null)[];
  /** Realizations, by range. */
  readonly counts: readonly (number | null)[];
  /** Profiles that hold it now, and how often they realized it since they do. */
  readonly holders: number;
  readonly realizations: number;
  /** Profiles with anything of it, also where its life has ended. */
  readonly stored: number;
}

/** A few numbers for each of a hundred thousand traits: made into objects when they are asked for. */
export interface MetricsOfTraits {
  /** Null for a trait that was not tallied. */
  get(sid: number): TraitMetrics | null;
}

interface TalliedTrait {
  readonly sid: number;
  /** Days; 0: it never ends. */
  readonly ttl: number;
  /** Whether its realizations are events: those of onboarded traits are not ("Core metrics"). */
  readonly isCounted: boolean;
}

const RANGES = METRIC_RANGES.length;
// What is kept of a trait, one number after the other: profiles whose newest day fits no shorter range, realizations on
// days that fit no shorter range, and three more.
const COUNTS = RANGES;
const HOLDERS = 2 * RANGES;
const REALIZATIONS = HOLDERS + 1;
const STORED = HOLDERS + 2;
const WIDTH = HOLDERS + 3;

/** The place of the shortest range that a day lies in, by how many days it is past. */
const PLACES = Uint8Array.from({ length: 91 }, (_, age) =>
  METRIC_RANGES.findIndex((days) => age <= days),
);

export class RealizationTally {
  readonly #traits: readonly TalliedTrait[];
  readonly #places = new Map<number, number>();
  readonly #numbers: Float64Array;
  readonly #now: number;
  readonly #today: number;

  /** `today` is the UTC day of `now`. */
  constructor(
    traits: readonly TalliedTrait[],
    { now, today }: { readonly now: number; readonly today: number },
  ) {
    this.#traits = traits;
    for (const [place, { sid }] of traits.entries()) this.#places.set(sid, place);
    this.#numbers = new Float64Array(traits.length * WIDTH);
    this.#now = now;
    this.#today = today;
  }

  /** What one profile holds. */
  add(records: readonly TraitRecord[]): void {
    for (const record of records) {
      const place = this.#places.get(record.sid);
      const trait = place === undefined ? undefined : this.#traits[place];
      if (place !== undefined && trait !== undefined) this.#add(place * WIDTH, trait, record);
    }
  }

  /** `keptDays`: for how long every profile that was looked at is stored after it was last seen. */
  metrics(keptDays: number): MetricsOfTraits {
    return {
      get: (sid) => {
        const place = this.#places.get(sid);
        const trait = place === undefined ? undefined : this.#traits[place];
        if (place === undefined || trait === undefined) return null;
        return this.#metricsOf(trait, place, keptDays);
      },
    };
  }

  #add(base: number, { ttl }: TalliedTrait, { last, days }: TraitRecord): void {
    this.#plus(base + STORED, 1);
    const isHeld = this.#now < expiresAt(last, ttl);
    if (isHeld) this.#plus(base + HOLDERS, 1);
    let isNewest = true;
    for (let place = days.length - 2; place >= 0; place -= 2) {
      const count = days[place + 1] ?? 0;
      if (isHeld) this.#plus(base + REALIZATIONS, count);
      const age = this.#today - (days[place] ?? 0);
      const range = age < 1 ? undefined : PLACES[age];
      if (range === undefined) continue;
      this.#plus(base + COUNTS + range, count);
      if (isNewest) this.#plus(base + range, 1);
      isNewest = false;
    }
  }

  #plus(place: number, count: number): void {
    this.#numbers[place] = (this.#numbers[place] ?? 0) + count;
  }

  #metricsOf({ ttl, isCounted }: TalliedTrait, place: number, keptDays: number): TraitMetrics {
    const base = place * WIDTH;
    // What was realized on the first day of a range is there today if the trait lives as long as the range.
    const known = Math.min(ttl === 0 ? Number.POSITIVE_INFINITY : ttl, keptDays);
    const upTo = (first: number): readonly (number | null)[] => {
      let sum = 0;
      return METRIC_RANGES.map((days, range) => {
        sum += this.#numbers[base + first + range] ?? 0;
        return days > known ? null : sum;
      });
    };
    return {
      uniques: upTo(0),
      counts: isCounted ? upTo(COUNTS) : METRIC_RANGES.map(() => 0),
      holders: this.#numbers[base + HOLDERS] ?? 0,
      realizations: isCounted ? (this.#numbers[base + REALIZATIONS] ?? 0) : 0,
      stored: this.#numbers[base + STORED] ?? 0,
    };
  }
}
