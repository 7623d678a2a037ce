import type { SegmentId } from "../model/ids.ts";

/** Visitors in a segment under the definitions before and after, and who makes the difference. */
export interface SegmentCount {
  readonly before: number;
  readonly after: number;
  readonly added: number;
  readonly removed: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Tally {
  readonly #counts = new Map<SegmentId, Writable<SegmentCount>>();

  get counts(): ReadonlyMap<SegmentId, SegmentCount> {
    return this.#counts;
  }

  /** Makes it appear, also where nobody is in it. */
  add(sid: SegmentId): Writable<SegmentCount> {
    const known = this.#counts.get(sid);
    if (known !== undefined) return known;
    const count = { before: 0, after: 0, added: 0, removed: 0 };
    this.#counts.set(sid, count);
    return count;
  }

  /** One visitor; both lists ascend. */
  count(before: readonly SegmentId[], after: readonly SegmentId[]): void {
    let next = 0;
    for (const sid of before) {
      const count = this.add(sid);
      count.before++;
      while ((after[next] ?? Number.POSITIVE_INFINITY) < sid) this.#enter(after[next++]);
      if (after[next] === sid) {
        count.after++;
        next++;
      } else {
        count.removed++;
      }
    }
    while (next < after.length) this.#enter(after[next++]);
  }

  #enter(sid: SegmentId | undefined): void {
    if (sid === undefined) return;
    const count = this.add(sid);
    count.after++;
    count.added++;
  }
}
