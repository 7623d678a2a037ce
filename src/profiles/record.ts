// A profile as one compact binary record.
//
//   record     = version, lastSeen, traits, memberships, [tellings], checksum
//   traits     = count, { sid, run, [expired run] }
//   memberships, in `record-membership.ts`
//   tellings, in `record-tellings.ts`: of version 3, which is written only where there are some
//   run        = head, days and time of `last`, [time of `first`],
//                [days from the newest count to `last`], [newest count - 2], { older count }
//
// Numbers are varints. A sid is what it adds to the one before it, less 1. Times are split into the
// days before `lastSeen` and the milliseconds of the day, so that a day costs one byte and is not
// told twice: the day of `first` is that of the oldest count. The checksum is the CRC-32 of all
// before it.

import { crc32 } from "node:zlib";
import { applyDelta, MAX_TRAITS_PER_PROFILE } from "../model/apply-delta.ts";
import { asTraitId } from "../model/ids.ts";
import {
  EMPTY_PROFILE,
  type Profile,
  type ProfileDelta,
  type TraitRecord,
} from "../model/profile.ts";
import { utcDay } from "../model/time.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CorruptRecord } from "./corrupt-record.ts";
import { readMemberships, readPlainMemberships, writeMemberships } from "./record-membership.ts";
import { readTrait, writeTrait } from "./record-run.ts";
import { readTellings, writeTellings } from "./record-tellings.ts";

/** What is written of a profile that was told of no destination with caps. */
const VERSION = 2;
const VERSION_WITH_TELLINGS = 3;
/** Knew no pairs, and no change of membership by calls of others. */
const VERSION_WITHOUT_PAIRS = 1;
const CHECKSUM_BYTES = 4;
/** The CRC-32 of anything that is followed by its own CRC-32. */
const CRC_WITH_CHECKSUM = 0x2144_df1c;
const SHORTEST_RECORD = 1 + 3 + CHECKSUM_BYTES;
const SHORTEST_TRAIT = 4;

const writer = new ByteWriter();

export function encodeRecord(profile: Profile): Uint8Array {
  return encodeInPlace(profile).slice();
}

/** `encodeRecord` into a buffer of this module's: valid until the next record is encoded. */
export function encodeInPlace(profile: Profile): Uint8Array<ArrayBuffer> {
  const { tellings } = profile;
  writer.begin();
  writer.byte(tellings === undefined ? VERSION : VERSION_WITH_TELLINGS);
  writer.varint(profile.lastSeen);
  const today = utcDay(profile.lastSeen);

  writer.varint(profile.traits.length);
  let previous = -1;
  for (const record of profile.traits) {
    writer.varint(record.sid - previous - 1);
    previous = record.sid;
    writeTrait(writer, record, today);
  }

  writeMemberships(writer, profile, today);
  if (tellings !== undefined) writeTellings(writer, tellings, today);

  writer.uint32(crc32(writer.written()));
  return writer.written();
}

export function decodeRecord(bytes: Uint8Array): Profile {
  const end = bytes.length - CHECKSUM_BYTES;
  checkWhole(bytes, end);
  const reader = new ByteReader(bytes, end);
  const version = reader.byte();
  const lastSeen = reader.varint();
  const today = utcDay(lastSeen);

  const traits = readTraits(reader, today);
  const memberships =
    version === VERSION_WITHOUT_PAIRS
      ? readPlainMemberships(reader, today)
      : readMemberships(reader, today);
  const profile = { lastSeen, traits, ...memberships };
  const whole =
    version === VERSION_WITH_TELLINGS
      ? { ...profile, tellings: readTellings(reader, today) }
      : profile;
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow its end`);
  return whole;
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
  const version = bytes[0] ?? 0;
  if (version < VERSION_WITHOUT_PAIRS || version > VERSION_WITH_TELLINGS) {
    const known = `${VERSION_WITHOUT_PAIRS} to ${VERSION_WITH_TELLINGS}`;
    throw new CorruptRecord(`its version is ${version}, this server reads ${known}`, 0);
  }
  if (crc32(bytes) !== CRC_WITH_CHECKSUM) {
    throw new CorruptRecord("its checksum is not that of what it holds", end);
  }
}

function readTraits(reader: ByteReader, today: number): TraitRecord[] {
  const count = reader.count(SHORTEST_TRAIT);
  if (count > MAX_TRAITS_PER_PROFILE) reader.fail(`it holds ${count} traits`);
  const traits: TraitRecord[] = [];
  let previous = -1;
  for (let index = 0; index < count; index++) {
    previous += reader.varint() + 1;
    traits.push(readTrait(reader, asTraitId(previous), today));
  }
  return traits;
}
