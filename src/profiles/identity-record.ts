// An identity as one compact binary record.
//
//   record  = version, lastSeen, links, opt-outs, checksum
//   links   = count, [kind of their other ends, time of the latest sync, { link }]
//   link    = flags, other end, [milliseconds from its sync to that of the one before],
//             [sync's order], [milliseconds from its login to its sync], [login's order]
//   device  = its halves, each as a number of 9 digits and one of 10
//   declared = data source, bytes of the ID, ID
//   opt-out = partner less that of the one before it, reason, since
//
// Numbers are varints. What the flags say need not be told again: most orders are the times themselves.
// The checksum is the CRC-32 of all before it.

import { crc32 } from "node:zlib";
import {
  type AuthState,
  type Identity,
  type IdentityKey,
  type Link,
  type OptOut,
  type OptOutReason,
  UNKNOWN_IDENTITY,
} from "../model/identity.ts";
import { asDataSourceId, asPartnerId, parseDeviceId } from "../model/ids.ts";
import { invariant } from "../model/result.ts";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { CorruptRecord } from "./corrupt-record.ts";

const VERSION = 1;
const CHECKSUM_BYTES = 4;
const SHORTEST_RECORD = 1 + 3 + CHECKSUM_BYTES;
const SHORTEST_LINK = 4;
const SHORTEST_OPT_OUT = 3;

const ENDS_ARE_DEVICES = 0;
const ENDS_ARE_DECLARED = 1;

// Flags of a link. The two lowest bits are its state.
const STATE = 0b11;
const HAS_LOGIN = 1 << 2;
const SYNC_ORDER_IS_TIME = 1 << 3;
const LOGIN_IS_SYNC = 1 << 4;
/** Text with half a surrogate pair, which UTF-8 cannot tell from other such text. */
const ID_IS_UTF16 = 1 << 5;
const FLAGS = (1 << 6) - 1;

const REASONS: readonly OptOutReason[] = ["request", "consent", "privacy"];

const HALF_DIGITS = 19;
const LOW_DIGITS = 10;
const HIGH_DIGITS = HALF_DIGITS - LOW_DIGITS;
const MAX_HIGH = 10 ** HIGH_DIGITS;
const MAX_LOW = 10 ** LOW_DIGITS;

const writer = new ByteWriter();

export function encodeIdentity(identity: Identity): Uint8Array {
  writer.begin();
  writer.byte(VERSION);
  writer.varint(identity.lastSeen);
  writeLinks(identity.links);
  writeOptOuts(identity.optOuts);
  writer.uint32(crc32(writer.written()));
  return writer.written().slice();
}

export function decodeIdentity(bytes: Uint8Array): Identity {
  const end = bytes.length - CHECKSUM_BYTES;
  checkWhole(bytes, end);
  const reader = new ByteReader(bytes, end, "identity");
  reader.byte();
  const lastSeen = reader.varint();
  const links = readLinks(reader);
  const optOuts = readOptOuts(reader);
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow its end`);
  return { lastSeen, links, optOuts };
}

function checkWhole(bytes: Uint8Array, end: number): void {
  const fail = (what: string, byte: number): never => {
    throw new CorruptRecord(what, byte, "identity");
  };
  if (bytes.length < SHORTEST_RECORD) {
    fail(`it has ${bytes.length} bytes, the shortest has ${SHORTEST_RECORD}`, 0);
  }
  if (bytes[0] !== VERSION) fail(`its version is ${bytes[0]}, this server reads ${VERSION}`, 0);
  const stored = new DataView(bytes.buffer, bytes.byteOffset + end).getUint32(0, true);
  if (crc32(bytes.subarray(0, end)) !== stored) {
    fail("its checksum is not that of what it holds", end);
  }
}

function writeLinks(links: readonly Link[]): void {
  writer.varint(links.length);
  const [first] = links;
  if (first === undefined) return;
  const kind = first.to.kind;
  writer.byte(kind === "device" ? ENDS_ARE_DEVICES : ENDS_ARE_DECLARED);
  writer.varint(first.lastSync);
  let sync = first.lastSync;
  for (const link of links) {
    invariant(link.to.kind === kind, "an identity is linked with those of the other kind alone");
    writeLink(link, sync);
    sync = link.lastSync;
  }
}

function writeLink({ to, state, lastSync, lastAuth, syncOrder, authOrder }: Link, sync: number) {
  const isUtf16 = to.kind === "declared" && !to.id.isWellFormed();
  const loginIsSync = lastAuth === lastSync && authOrder === syncOrder;
  const syncOrderIsTime = syncOrder === lastSync;
  writer.byte(
    state |
      (lastAuth === null ? 0 : HAS_LOGIN) |
      (syncOrderIsTime ? SYNC_ORDER_IS_TIME : 0) |
      (loginIsSync ? LOGIN_IS_SYNC : 0) |
      (isUtf16 ? ID_IS_UTF16 : 0),
  );
  if (to.kind === "device") {
    writeHalf(to.device, 0);
    writeHalf(to.device, HALF_DIGITS);
  } else {
    const id = Buffer.from(to.id, isUtf16 ? "utf16le" : "utf8");
    writer.varint(to.dataSourceId);
    writer.varint(id.length);
    writer.bytes(id);
  }
  writer.varint(sync - lastSync);
  if (!syncOrderIsTime) writer.varint(syncOrder);
  if (lastAuth === null || loginIsSync) return;
  writer.varint(lastSync - lastAuth);
  writer.varint(authOrder);
}

function writeHalf(device: string, start: number): void {
  const low = start + HIGH_DIGITS;
  writer.varint(Number(device.slice(start, low)));
  writer.varint(Number(device.slice(low, low + LOW_DIGITS)));
}

function readLinks(reader: ByteReader): readonly Link[] {
  const count = reader.count(SHORTEST_LINK);
  if (count === 0) return UNKNOWN_IDENTITY.links;
  const kind = reader.byte();
  if (kind !== ENDS_ARE_DEVICES && kind !== ENDS_ARE_DECLARED) reader.fail(`its kind is ${kind}`);
  const links: Link[] = [];
  let sync = reader.varint();
  for (let place = 0; place < count; place++) {
    const link = readLink(reader, kind, sync);
    links.push(link);
    sync = link.lastSync;
  }
  return links;
}

function readLink(reader: ByteReader, kind: number, sync: number): Link {
  const flags = reader.byte();
  if (flags > FLAGS || (flags & STATE) === STATE) reader.fail(`a link has the flags ${flags}`);
  // The line above leaves these three.
  const state = (flags & STATE) as AuthState;
  const to = kind === ENDS_ARE_DEVICES ? readDevice(reader) : readDeclared(reader, flags);
  const lastSync = sync - reader.varint();
  if (lastSync < 0) reader.fail("a sync lies before 1970");
  const syncOrder = flags & SYNC_ORDER_IS_TIME ? lastSync : reader.varint();
  if (!(flags & HAS_LOGIN)) {
    return { to, state, lastSync, lastAuth: null, syncOrder, authOrder: 0 };
  }
  if (flags & LOGIN_IS_SYNC) {
    return { to, state, lastSync, lastAuth: lastSync, syncOrder, authOrder: syncOrder };
  }
  const lastAuth = lastSync - reader.varint();
  if (lastAuth < 0) reader.fail("a login lies before 1970");
  return { to, state, lastSync, lastAuth, syncOrder, authOrder: reader.varint() };
}

function readDevice(reader: ByteReader): IdentityKey {
  const device = parseDeviceId(readHalf(reader) + readHalf(reader));
  if (device === null) reader.fail("a link's device is none");
  return { kind: "device", device };
}

function readHalf(reader: ByteReader): string {
  const high = reader.varint();
  const low = reader.varint();
  if (high >= MAX_HIGH || low >= MAX_LOW) reader.fail("half a device has too many digits");
  return `${high}`.padStart(HIGH_DIGITS, "0") + `${low}`.padStart(LOW_DIGITS, "0");
}

function readDeclared(reader: ByteReader, flags: number): IdentityKey {
  const dataSourceId = asDataSourceId(reader.varint());
  const { buffer, byteOffset, length } = reader.bytes(reader.count(1));
  const encoding = flags & ID_IS_UTF16 ? "utf16le" : "utf8";
  const id = Buffer.from(buffer, byteOffset, length).toString(encoding);
  return { kind: "declared", dataSourceId, id };
}

function writeOptOuts(optOuts: readonly OptOut[]): void {
  writer.varint(optOuts.length);
  let previous = 0;
  for (const { pid, reason, since } of optOuts) {
    writer.varint(pid - previous);
    writer.byte(REASONS.indexOf(reason));
    writer.varint(since);
    previous = pid;
  }
}

function readOptOuts(reader: ByteReader): readonly OptOut[] {
  const count = reader.count(SHORTEST_OPT_OUT);
  if (count === 0) return UNKNOWN_IDENTITY.optOuts;
  const optOuts: OptOut[] = [];
  let previous = 0;
  for (let place = 0; place < count; place++) {
    previous += reader.varint();
    const reason = REASONS[reader.byte()];
    if (reason === undefined) reader.fail("an opt-out has no known reason");
    optOuts.push({ pid: asPartnerId(previous), reason, since: reader.varint() });
  }
  return optOuts;
}
