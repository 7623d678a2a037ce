// Buckets of tokens and calls of the last while, each in the slot of what is counted. What they mean is in
// `profiles/visitor-store-rates.ts`.

import { type CallTimes, windowEnds } from "../../profiles/sliding-window.ts";
import { type DrainedBucket, fullAt } from "../../profiles/token-bucket.ts";
import type {
  CallRates,
  CountedKey,
  SlidingCount,
  TokenBucket,
} from "../../profiles/visitor-store.ts";
import { countCalls, takeTokens } from "../../profiles/visitor-store-rates.ts";
import type { Cell, CellKind } from "./slots/slot-draft.ts";
import type { SlotTransactions } from "./slots/slot-transactions.ts";
import { bucketKeyName, countedTag, windowKeyName } from "./visitor-keys.ts";

/** Clocks of nodes differ. */
const KEPT_AFTER_END_MS = 60_000;

const BUCKET: CellKind<DrainedBucket | null> = {
  decode: (record) => (record === null ? null : fromJson<DrainedBucket>(record)),
  encode: (bucket) => (bucket === null ? null : toJson(bucket)),
};

const CALLS: CellKind<CallTimes> = {
  decode: (record) => (record === null ? [] : fromJson<CallTimes>(record)),
  encode: (times) => (times.length === 0 ? null : toJson(times)),
};

export class RedisCallRates implements CallRates {
  readonly #slots: SlotTransactions;
  readonly #expires: boolean;

  constructor(slots: SlotTransactions, expires: boolean) {
    this.#slots = slots;
    this.#expires = expires;
  }

  /** Where one bucket is empty, those in other slots get their token back. */
  async take(buckets: readonly TokenBucket[], now: number): Promise<number | null> {
    const groups = [...byTag(buckets)];
    const taken = await Promise.allSettled(
      groups.map(([tag, ofTag]) => this.#take(tag, ofTag, now)),
    );
    const faults = taken.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    const waits = taken.flatMap((one) => (one.status === "fulfilled" ? (one.value ?? []) : []));
    if (faults.length === 0 && waits.length === 0) return null;
    await Promise.all(
      groups.flatMap(([tag, [bucket]], place) => {
        const one = taken[place];
        const tookOne = one?.status === "fulfilled" && one.value === null && bucket !== undefined;
        return tookOne ? [this.#giveBack(tag, now)] : [];
      }),
    );
    if (faults.length > 0) throw faults[0];
    return Math.max(...waits);
  }

  async count(counts: readonly SlidingCount[], now: number): Promise<readonly CountedKey[]> {
    const groups = [...byTag(counts)];
    const beyond = await Promise.all(
      groups.map(([tag, ofTag]) => {
        const cell: Cell<CallTimes> = { key: windowKeyName(tag), kind: CALLS };
        return this.#slots.commit({
          tag,
          cells: [cell],
          run: (draft) =>
            countCalls(ofTag, now, {
              get: () => draft.get(cell),
              set: (_, times, windowMs) =>
                draft.set(cell, times, this.#lifeUntil(windowEnds(times, windowMs), now)),
            }),
        });
      }),
    );
    return beyond.flat();
  }

  #take(tag: string, buckets: readonly TokenBucket[], now: number): Promise<number | null> {
    const cell = bucketCell(tag);
    return this.#slots.commit({
      tag,
      cells: [cell],
      run: (draft) =>
        takeTokens(buckets, now, {
          get: () => draft.get(cell),
          set: (_, bucket) => {
            const end = bucket === null ? now : fullAt(bucket);
            if (bucket !== draft.get(cell)) draft.set(cell, bucket, this.#lifeUntil(end, now));
          },
        }),
    });
  }

  #giveBack(tag: string, now: number): Promise<void> {
    const cell = bucketCell(tag);
    return this.#slots.commit({
      tag,
      cells: [cell],
      run: (draft) => {
        const bucket = draft.get(cell);
        if (bucket === null) return;
        const missing = bucket.missing - bucket.windowMs;
        const after = missing <= 0 ? null : { ...bucket, missing };
        draft.set(cell, after, this.#lifeUntil(after === null ? now : fullAt(after), now));
      },
    });
  }

  #lifeUntil(end: number, now: number): number | null {
    return this.#expires ? Math.max(0, end - now) + KEPT_AFTER_END_MS : null;
  }
}

function bucketCell(tag: string): Cell<DrainedBucket | null> {
  return { key: bucketKeyName(tag), kind: BUCKET };
}

function byTag<T extends { readonly key: CountedKey }>(counted: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of counted) {
    const tag = countedTag(one.key);
    const group = groups.get(tag);
    if (group === undefined) groups.set(tag, [one]);
    else group.push(one);
  }
  return groups;
}

/** Of what `toJson` wrote. */
function fromJson<T>(record: Uint8Array): T {
  return JSON.parse(Buffer.from(record).toString("utf8")) as T;
}

function toJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value), "utf8");
}
