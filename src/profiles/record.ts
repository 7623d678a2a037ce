// A profile as one compact binary record.
//
//   record     = version, lastSeen, traits, segments, [left], checksum
//   traits     = count, { sid, run, [expired run] }
//   segments   = count * 2 + (1 when `left` follows), { entry }          left = count, { entry }
//   entry      = sid * 2 + (1 when an order follows), days and time of `since`, [order - since]
//   run        = head, days and time of `last`, [time of `first`],
//                [days from the newest count to `last`], [newest count - 2], { older count }
//
// Numbers are varints. A sid is what it adds to the one before it, less 1. Times are split into the
// days before `lastSeen` and the milliseconds of the day, so that a day costs one byte and is not
// told twice: the day of `first` is that of the oldest count. The checksum is the CRC-32 of all
// before it.

import { crc32 } from "node:zlib";
import { applyDelta, MAX_TRAITS_PER_PROFILE } from "../model/apply-delta.ts";
import { asSegmentId, asTraitId } from "../model/ids.ts";
import {
  EMPTY_PROFILE,
  type Membership,
  type Profile,
  type ProfileDelta,
  type TraitRecord,
} from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CorruptRecord } from "./corrupt-record.ts";
import { readRun, writeRun } from "./record-run.ts";

const VERSION = 1;
const CHECKSUM_BYTES = 4;
const SHORTEST_RECORD = 1 + 3 + CHECKSUM_BYTES;
const SHORTEST_TRAIT = 4;
const SHORTEST_ENTRY = 3;

const writer = new ByteWriter();

export function encodeRecord(profile: Profile): Uint8Array {
  return encodeInPlace(profile).slice();
}

/** `encodeRecord` into a buffer of this module's: valid until the next record is encoded. */
export function encodeInPlace(profile: Profile): Uint8Array<ArrayBuffer> {
  writer.begin();
  writer.byte(VERSION);
  writer.varint(profile.lastSeen);
  const today = utcDay(profile.lastSeen);

  writer.varint(profile.traits.length);
  let previous = -1;
  for (const record of profile.traits) {
    writer.varint(record.sid - previous - 1);
    previous = record.sid;
    writeRun(writer, record, { today, expiredFollows: record.expired !== undefined });
    if (record.expired) writeRun(writer, record.expired, { today, expiredFollows: false });
  }

  writer.varint(profile.membership.length * 2 + (profile.left ? 1 : 0));
  writeEntries(profile.membership, today);
  if (profile.left) {
    writer.varint(profile.left.length);
    writeEntries(profile.left, today);
  }

  writer.uint32(crc32(writer.written()));
  return writer.written();
}

export function decodeRecord(bytes: Uint8Array): Profile {
  const end = bytes.length - CHECKSUM_BYTES;
  checkWhole(bytes, end);
  const reader = new ByteReader(bytes, end);
  reader.byte();
  const lastSeen = reader.varint();
  const today = utcDay(lastSeen);

  const traits = readTraits(reader, today);
  const head = reader.count(0);
  const membership = readEntries(reader, Math.floor(head / 2), today);
  if (head % 2 === 0) return whole(reader, { lastSeen, traits, membership });
  const left = readEntries(reader, reader.count(SHORTEST_ENTRY), today);
  return whole(reader, { lastSeen, traits, membership, left });
}

/** What a store does with a delta: the record after it, from the record before it (null: none). */
export function mergeIntoRecord(bytes: Uint8Array | null, delta: ProfileDelta): Uint8Array {
  return mergeInPlace(bytes, delta).slice();
}

/** `mergeIntoRecord` into a buffer of this module's: valid until the next record is encoded. */
export function mergeInPlace(
  bytes: Uint8Array | null,
  delta: ProfileDelta,
): Uint8Array<ArrayBuffer> {
  return encodeInPlace(applyDelta(bytes === null ? EMPTY_PROFILE : decodeRecord(bytes), delta));
}

function checkWhole(bytes: Uint8Array, end: number): void {
  if (bytes.length < SHORTEST_RECORD) {
    throw new CorruptRecord(`it has ${bytes.length} bytes, the shortest has ${SHORTEST_RECORD}`, 0);
  }
  if (bytes[0] !== VERSION) {
    throw new CorruptRecord(`its version is ${bytes[0]}, this server reads ${VERSION}`, 0);
  }
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
  if (crc32(bytes.subarray(0, end)) !== stored) {
    throw new CorruptRecord("its checksum is not that of what it holds", end);
  }
}

function whole(reader: ByteReader, profile: Profile): Profile {
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow its end`);
  return profile;
}

function readTraits(reader: ByteReader, today: number): TraitRecord[] {
  const count = reader.count(SHORTEST_TRAIT);
  if (count > MAX_TRAITS_PER_PROFILE) reader.fail(`it holds ${count} traits`);
  const traits: TraitRecord[] = [];
  let previous = -1;
  for (let index = 0; index < count; index++) {
    previous += reader.varint() + 1;
    const { run, expiredFollows } = readRun(reader, today);
    const { first, last, days } = run;
    const sid = asTraitId(previous);
    if (expiredFollows) {
      const expired = readRun(reader, today).run;
      traits.push({ sid, first, last, days, expired });
    } else {
      traits.push({ sid, first, last, days });
    }
  }
  return traits;
}

function writeEntries(entries: readonly Membership[], today: number): void {
  let previous = -1;
  for (const { sid, since, order } of entries) {
    writer.varint((sid - previous - 1) * 2 + (order === undefined ? 0 : 1));
    previous = sid;
    writer.varint(today - utcDay(since));
    writer.varint(since - utcDay(since) * DAY_MS);
    if (order !== undefined) writer.varint(order - since);
  }
}

function readEntries(reader: ByteReader, count: number, today: number): Membership[] {
  if (count * SHORTEST_ENTRY > reader.remaining)
    reader.fail(`${count} segments do not fit into it`);
  const entries: Membership[] = [];
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const head = reader.varint();
    previous += Math.floor(head / 2) + 1;
    const since = readTime(reader, today);
    const sid = asSegmentId(previous);
    entries.push(head % 2 === 0 ? { sid, since } : { sid, since, order: since + reader.varint() });
  }
  return entries;
}

function readTime(reader: ByteReader, today: number): number {
  const time = (today - reader.varint()) * DAY_MS + reader.varint();
  if (time < 0) reader.fail("a time lies before the epoch");
  return time;
}
