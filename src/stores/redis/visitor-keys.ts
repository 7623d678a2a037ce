// Names of keys. What belongs to one device lies in one slot, and so does what belongs to one declared ID:
//
//   dl:{tag}p<partner>   a device's profile with a partner; of a declared ID without the partner
//   dl:{tag}i            its identity
//   dl:{tag}t            what is unfinished of it (`unfinished.ts`)
//   dl:{tag}n            its entry of the deny list
//   dl:{tag}b, dl:{tag}w its bucket of tokens, and its calls of the last while
//   dl:{tag}g<source>    its cluster in a device graph
//
// A tag is a device's 16 bytes in base64, or the data source and the ID where that is short and plain, else the
// ID's hash.

import { createHash } from "node:crypto";
import type { DeclaredId, IdentityKey } from "../../model/identity.ts";
import type { DataSourceId, DeviceId } from "../../model/ids.ts";
import { assertNever } from "../../model/result.ts";
import type { ProfileKey } from "../../profiles/store.ts";
import type { CountedKey, DeniedKey } from "../../profiles/visitor-store.ts";

/** Of all keys of visitors; those that nodes have in common begin otherwise. */
export const NAMESPACE = "dl:";

const HALF_DIGITS = 19;
/** A longer ID costs more than its hash. */
const MAX_PLAIN_ID_BYTES = 43;
const PLAIN_ID = /^[\x21-\x7a|~]*$/;

/** A call asks for its device's several times. */
const MAX_KNOWN_TAGS = 2_000;

const bytesOfDevice = Buffer.alloc(16);
const knownTags = new Map<DeviceId, string>();

function deviceTag(device: DeviceId): string {
  const known = knownTags.get(device);
  if (known !== undefined) return known;
  if (knownTags.size === MAX_KNOWN_TAGS) knownTags.clear();
  bytesOfDevice.writeBigUInt64BE(BigInt(device.slice(0, HALF_DIGITS)), 0);
  bytesOfDevice.writeBigUInt64BE(BigInt(device.slice(HALF_DIGITS)), 8);
  const tag = bytesOfDevice.toString("base64url");
  knownTags.set(device, tag);
  return tag;
}

function declaredTag({ dataSourceId, id }: DeclaredId): string {
  if (id.length <= MAX_PLAIN_ID_BYTES && PLAIN_ID.test(id)) return `${dataSourceId}:${id}`;
  // UTF-16: UTF-8 cannot tell half a surrogate pair from other such text.
  const hash = createHash("sha256").update(Buffer.from(id, "utf16le")).digest("base64url");
  return `${dataSourceId}#${hash}`;
}

export function identityTag(key: IdentityKey): string {
  return key.kind === "device" ? deviceTag(key.device) : declaredTag(key);
}

export function countedTag(key: CountedKey): string {
  return key.kind === "address" ? `a:${key.address}` : identityTag(key);
}

export function deniedTag(key: DeniedKey): string {
  switch (key.kind) {
    case "device":
      return deviceTag(key.device);
    case "customer":
      return declaredTag(key);
    case "dataSource":
      return `s:${key.dataSourceId}`;
    default:
      return assertNever(key);
  }
}

export function profileKeyName(tag: string, key: ProfileKey): string {
  return key.kind === "device" ? `${NAMESPACE}{${tag}}p${key.pid}` : `${NAMESPACE}{${tag}}p`;
}

/** The identity whose slot a profile lies in. */
export function ownerOf(key: ProfileKey): IdentityKey {
  return key.kind === "device" ? { kind: "device", device: key.device } : key;
}

export function identityKeyName(tag: string): string {
  return `${NAMESPACE}{${tag}}i`;
}

export function unfinishedKeyName(tag: string): string {
  return `${NAMESPACE}{${tag}}t`;
}

export function denialKeyName(tag: string): string {
  return `${NAMESPACE}{${tag}}n`;
}

export function bucketKeyName(tag: string): string {
  return `${NAMESPACE}{${tag}}b`;
}

export function windowKeyName(tag: string): string {
  return `${NAMESPACE}{${tag}}w`;
}

export const DENIALS_TAG = "denials";
/** Whom the deny list names. */
export const DENIALS_KEY = `${NAMESPACE}{${DENIALS_TAG}}`;

export function graphTag(dataSourceId: DataSourceId): string {
  return `g:${dataSourceId}`;
}

/** Which of a graph's generations is in force, the latest that was begun, and those that are being made. */
export function graphKeyName(dataSourceId: DataSourceId): string {
  return `${NAMESPACE}{${graphTag(dataSourceId)}}`;
}

export function graphPartTag(dataSourceId: DataSourceId, generation: string, part: number): string {
  return `g:${dataSourceId}.${generation}.${part}`;
}

export function graphPartKeyName(partTag: string): string {
  return `${NAMESPACE}{${partTag}}`;
}
