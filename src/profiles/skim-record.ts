// Reads of a stored record only what a count asks for: when its profile was last seen, and the runs of some
// traits. Everything else is passed over without being made into objects. `decodeRecord` is its slow twin.
//
// The checksum is not looked at: it costs more than all the rest. What would not fit the format is refused, as
// there; a changed byte that fits is counted as it reads, and found when a call reads the profile.

import { asTraitId, type TraitId } from "../model/ids.ts";
import type { TraitRecord } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import { CorruptRecord } from "./corrupt-record.ts";

const NEWEST_VERSION = 3;
const CHECKSUM_BYTES = 4;
// The head of a run, as `record-run.ts` writes it.
const HAS_FIRST = 1;
const EXPIRED_FOLLOWS = 2;
const NEWEST_IS_NOT_LAST = 4;
const NEWEST_IS_SEVERAL = 8;
const FLAGS = 16;
/** Sids up to this one are looked up in a table of as many bytes. */
const MAX_TABLE_SID = 1 << 22;

/** Traits that somebody asks for. */
export class WantedTraits {
  readonly greatest: number;
  readonly #table: Uint8Array;
  readonly #others: ReadonlySet<number>;

  constructor(sids: Iterable<TraitId>) {
    const all: readonly number[] = [...sids];
    this.greatest = all.reduce((greatest, sid) => Math.max(greatest, sid), -1);
    const inTable = all.filter((sid) => sid <= MAX_TABLE_SID);
    this.#table = new Uint8Array(inTable.reduce((size, sid) => Math.max(size, sid + 1), 0));
    for (const sid of inTable) this.#table[sid] = 1;
    this.#others = new Set(all.filter((sid) => sid > MAX_TABLE_SID));
  }

  has(sid: number): boolean {
    return sid < this.#table.length ? this.#table[sid] === 1 : this.#others.has(sid);
  }
}

function flag(head: number, bit: number): 0 | 1 {
  return (head & bit) === 0 ? 0 : 1;
}

const NO_TRAITS: readonly TraitRecord[] = [];

/** One for many records: what it found of the last one stands in its fields. */
export class RecordSkimmer {
  /** Milliseconds since the epoch. */
  lastSeen = 0;
  /** The wanted traits that the record holds, ascending; runs that had ended are left out. */
  traits: readonly TraitRecord[] = NO_TRAITS;

  readonly #wanted: WantedTraits;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;

  constructor(wanted: WantedTraits) {
    this.#wanted = wanted;
  }

  /** Of the record that begins at one place in the bytes and ends before another. */
  skim(bytes: Uint8Array, begin: number, end: number): void {
    this.#bytes = bytes;
    this.#at = begin;
    this.#end = end - CHECKSUM_BYTES;
    this.traits = NO_TRAITS;
    const version = this.#byte();
    if (version === 0 || version > NEWEST_VERSION) this.#fail("its version is not known");
    this.lastSeen = this.#varint();
    const today = utcDay(this.lastSeen);
    const count = this.#varint();
    if (count > this.#end - this.#at) this.#fail("its traits do not fit into it");
    let found: TraitRecord[] | null = null;
    let sid = -1;
    for (let index = 0; index < count; index++) {
      sid += this.#varint() + 1;
      if (sid > this.#wanted.greatest) break;
      if (this.#wanted.has(sid)) {
        found ??= [];
        found.push(this.#readRun(sid, today));
      } else {
        this.#passRuns();
      }
    }
    if (found !== null) this.traits = found;
  }

  #passRuns(): void {
    const head = this.#passRun();
    if ((head & EXPIRED_FOLLOWS) !== 0) this.#passRun();
  }

  /** Most runs are passed over: this is most of what a count does. */
  #passRun(): number {
    const head = this.#varint();
    const bytes = this.#bytes;
    let at = this.#at;
    let numbers =
      2 + flag(head, HAS_FIRST) + flag(head, NEWEST_IS_NOT_LAST) + flag(head, NEWEST_IS_SEVERAL);
    // Behind the end there are bytes of others, or none: either way this ends, and is refused below.
    for (; numbers > 0; at++) if ((bytes[at] ?? 0) < 0x80) numbers--;
    for (let older = Math.floor(head / FLAGS); older > 0; older--) {
      if (at >= this.#end) this.#fail("it ends too early");
      numbers = 1 + flag(bytes[at] ?? 0, 1);
      for (; numbers > 0; at++) if ((bytes[at] ?? 0) < 0x80) numbers--;
    }
    if (at > this.#end) this.#fail("it ends too early");
    this.#at = at;
    return head;
  }

  #readRun(sid: number, today: number): TraitRecord {
    const head = this.#varint();
    const lastDay = today - this.#varint();
    const last = lastDay * DAY_MS + this.#varint();
    const firstOfDay = (head & HAS_FIRST) !== 0 ? this.#varint() : -1;
    const newestDay = (head & NEWEST_IS_NOT_LAST) !== 0 ? lastDay - this.#varint() : lastDay;
    const newestCount = (head & NEWEST_IS_SEVERAL) !== 0 ? this.#varint() + 2 : 1;
    const days = this.#readDays(Math.floor(head / FLAGS), newestDay, newestCount);
    if ((head & EXPIRED_FOLLOWS) !== 0) this.#passRun();
    const first = firstOfDay < 0 ? last : (days[0] ?? 0) * DAY_MS + firstOfDay;
    return { sid: asTraitId(sid), first, last, days };
  }

  #readDays(older: number, newestDay: number, newestCount: number): readonly number[] {
    if (older === 0) return [newestDay, newestCount];
    if (older > this.#end - this.#at) this.#fail("its days do not fit into it");
    const days = new Array<number>(2 * older + 2);
    let day = newestDay;
    days[2 * older] = day;
    days[2 * older + 1] = newestCount;
    for (let place = 2 * older - 2; place >= 0; place -= 2) {
      const gap = this.#varint();
      day -= Math.floor(gap / 2) + 1;
      days[place] = day;
      days[place + 1] = gap % 2 === 0 ? 1 : this.#varint() + 2;
    }
    return days;
  }

  #byte(): number {
    const byte = this.#at < this.#end ? this.#bytes[this.#at] : undefined;
    if (byte === undefined) this.#fail("it ends too early");
    this.#at++;
    return byte;
  }

  #varint(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let scale = 0x80; ; scale *= 0x80) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (value > Number.MAX_SAFE_INTEGER) this.#fail("a number is too large");
      if (byte < 0x80) return value;
    }
  }

  #fail(what: string): never {
    throw new CorruptRecord(what, this.#at);
  }
}
