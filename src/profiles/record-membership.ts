// The segments of a profile within its record; `record.ts` shows where.
//
//   memberships = count * 8 + flags, [days from `lastSeen` to the latest change], [devices],
//                 { entry }, [left = count, { entry }]
//   devices     = count, { two halves of 8 bytes }: those of all pairs, ascending
//   entry       = sid * 4 + flags, then either times or count, { 0 or 1 + place among the devices, times }
//   times       = days * 2 + (1 when an order follows) and time of `since`, [order - since]
//
// Days count back from the latest change, where it was made by a call of another device after the
// profile was seen itself, else from `lastSeen`. A sid is what it adds to the one before it, less 1.

import { asSegmentId, type DeviceId, parseDeviceId } from "../model/ids.ts";
import { type Evidence, type Membership, membershipOn, type Profile } from "../model/profile.ts";
import { DAY_MS, utcDay } from "../model/time.ts";
import type { ByteReader } from "./byte-reader.ts";
import type { ByteWriter } from "./byte-writer.ts";

// Flags of the memberships.
const HAS_LEFT = 1;
const IS_AHEAD = 2;
const HAS_DEVICES = 4;
const FLAGS = 8;

// Flags of an entry.
const HAS_ORDER = 1;
const HAS_EVIDENCE = 2;
const ENTRY_FLAGS = 4;
const PLAIN_ENTRY_FLAGS = 2;

const SHORTEST_ENTRY = 3;
const HALF_BYTES = 8;
const HALF_DIGITS = 19;
const LOW_BITS = 0xffff_ffffn;
const NO_ENTRIES: readonly Membership[] = [];
const NO_EVIDENCE: readonly Evidence[] = [];
const NO_DEVICES: readonly DeviceId[] = [];

type Memberships = Pick<Profile, "membership" | "left">;

interface Context {
  /** The day from which days count back. */
  readonly today: number;
  readonly devices: readonly DeviceId[];
  /** Two flags, or one in an older record. */
  readonly entryFlags?: number;
}

/** `lastDay`: the day of the profile's `lastSeen`. */
export function writeMemberships(writer: ByteWriter, profile: Memberships, lastDay: number): void {
  const { membership, left = NO_ENTRIES } = profile;
  const today = latestDay(left, latestDay(membership, lastDay));
  const devices = devicesOf(membership, left);
  writer.varint(
    membership.length * FLAGS +
      (left.length > 0 ? HAS_LEFT : 0) +
      (today > lastDay ? IS_AHEAD : 0) +
      (devices.length > 0 ? HAS_DEVICES : 0),
  );
  if (today > lastDay) writer.varint(today - lastDay);
  if (devices.length > 0) writeDevices(writer, devices);
  writeEntries(writer, membership, { today, devices });
  if (left.length === 0) return;
  writer.varint(left.length);
  writeEntries(writer, left, { today, devices });
}

export function readMemberships(reader: ByteReader, lastDay: number): Memberships {
  const head = reader.varint();
  const today = head & IS_AHEAD ? lastDay + reader.varint() : lastDay;
  const devices = head & HAS_DEVICES ? readDevices(reader) : [];
  const context = { today, devices };
  const membership = readEntries(reader, Math.floor(head / FLAGS), context);
  if ((head & HAS_LEFT) === 0) return { membership };
  return { membership, left: readEntries(reader, reader.varint(), context) };
}

/** Of a record that knew neither pairs nor changes by calls of others. */
export function readPlainMemberships(reader: ByteReader, lastDay: number): Memberships {
  const head = reader.varint();
  const context = { today: lastDay, devices: [], entryFlags: PLAIN_ENTRY_FLAGS };
  const membership = readEntries(reader, Math.floor(head / 2), context);
  if (head % 2 === 0) return { membership };
  return { membership, left: readEntries(reader, reader.varint(), context) };
}

function latestDay(entries: readonly Membership[], least: number): number {
  let latest = least;
  for (const { since, evidence } of entries) {
    latest = Math.max(latest, utcDay(since));
    for (const pair of evidence ?? NO_EVIDENCE) latest = Math.max(latest, utcDay(pair.since));
  }
  return latest;
}

function devicesOf(...lists: readonly (readonly Membership[])[]): readonly DeviceId[] {
  let devices: Set<DeviceId> | null = null;
  for (const entries of lists) {
    for (const { evidence } of entries) {
      for (const { device } of evidence ?? NO_EVIDENCE) {
        if (device !== null) (devices ??= new Set()).add(device);
      }
    }
  }
  return devices === null ? NO_DEVICES : [...devices].sort();
}

function writeDevices(writer: ByteWriter, devices: readonly DeviceId[]): void {
  writer.varint(devices.length);
  for (const device of devices) {
    for (const half of [device.slice(0, HALF_DIGITS), device.slice(HALF_DIGITS)]) {
      const bits = BigInt(half);
      writer.uint32(Number(bits & LOW_BITS));
      writer.uint32(Number(bits >> 32n));
    }
  }
}

function readDevices(reader: ByteReader): DeviceId[] {
  const count = reader.count(2 * HALF_BYTES);
  return Array.from({ length: count }, () => {
    const device = parseDeviceId(readHalf(reader) + readHalf(reader));
    return device ?? reader.fail("a device has no such ID");
  });
}

function readHalf(reader: ByteReader): string {
  let bits = 0n;
  for (let shift = 0n; shift < 64n; shift += 8n) bits |= BigInt(reader.byte()) << shift;
  return `${bits}`.padStart(HALF_DIGITS, "0");
}

function writeEntries(
  writer: ByteWriter,
  entries: readonly Membership[],
  { today, devices }: Context,
): void {
  let previous = -1;
  for (const entry of entries) {
    const { sid, since, order, evidence } = entry;
    const gap = (sid - previous - 1) * ENTRY_FLAGS;
    previous = sid;
    if (evidence === undefined) {
      writer.varint(gap + (order === undefined ? 0 : HAS_ORDER));
      writer.varint(today - utcDay(since));
      writeTime(writer, entry);
      continue;
    }
    writer.varint(gap + HAS_EVIDENCE);
    writer.varint(evidence.length);
    for (const pair of evidence) {
      writer.varint(pair.device === null ? 0 : devices.indexOf(pair.device) + 1);
      writer.varint((today - utcDay(pair.since)) * 2 + (pair.order === undefined ? 0 : 1));
      writeTime(writer, pair);
    }
  }
}

/** The time of the day, and the order where there is one. */
function writeTime(
  writer: ByteWriter,
  { since, order }: Pick<Membership, "since" | "order">,
): void {
  writer.varint(since - utcDay(since) * DAY_MS);
  if (order !== undefined) writer.varint(order - since);
}

function readEntries(reader: ByteReader, count: number, context: Context): Membership[] {
  if (count * SHORTEST_ENTRY > reader.remaining) {
    reader.fail(`${count} segments do not fit into it`);
  }
  const { entryFlags = ENTRY_FLAGS } = context;
  const entries: Membership[] = [];
  let previous = -1;
  for (let index = 0; index < count; index++) {
    const head = reader.varint();
    previous += Math.floor(head / entryFlags) + 1;
    const sid = asSegmentId(previous);
    const flags = head % entryFlags;
    if (flags >= HAS_EVIDENCE) {
      entries.push(membershipOn(sid, readEvidence(reader, context)));
    } else {
      const days = reader.varint();
      entries.push({ sid, ...readTime(reader, context.today - days, flags === HAS_ORDER) });
    }
  }
  return entries;
}

function readEvidence(reader: ByteReader, { today, devices }: Context): Evidence[] {
  const count = reader.count(SHORTEST_ENTRY);
  if (count === 0) reader.fail("membership rests on pairs, of which there are none");
  return Array.from({ length: count }, () => {
    const place = reader.varint();
    const device = place === 0 ? null : devices[place - 1];
    if (device === undefined) reader.fail(`it names device ${place} of ${devices.length}`);
    const head = reader.varint();
    return { device, ...readTime(reader, today - Math.floor(head / 2), head % 2 === 1) };
  });
}

function readTime(
  reader: ByteReader,
  day: number,
  hasOrder: boolean,
): Pick<Membership, "since" | "order"> {
  const since = day * DAY_MS + reader.varint();
  if (since < 0) reader.fail("a time lies before the epoch");
  return hasOrder ? { since, order: since + reader.varint() } : { since };
}
