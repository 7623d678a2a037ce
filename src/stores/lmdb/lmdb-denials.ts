// The deny list in LMDB, an entry by its key.
//
//   key    kind, then the device's halves, the data source's number, or both of a declared ID
//   entry  version, whether it ends, [when], kind, [data source], [bytes of the ID], ID or device,
//          checksum of key and entry

import { asDataSourceId, type DeviceId } from "../../model/ids.ts";
import { assertNever, invariant } from "../../model/result.ts";
import { DAY_MS } from "../../model/time.ts";
import { ByteReader } from "../../profiles/byte-reader.ts";
import { ByteWriter } from "../../profiles/byte-writer.ts";
import { CorruptRecord } from "../../profiles/corrupt-record.ts";
import type { Denial, DeniedKey, DenyList } from "../../profiles/visitor-store.ts";
import { isDenied } from "../../profiles/visitor-store-denials.ts";
import { checkedValue, withChecksum } from "./checked-value.ts";
import { DEVICE_KEY_BYTES, deviceKeyBytes, deviceOfKeyBytes, putDeviceKey } from "./device-key.ts";
import type { Environment } from "./environment.ts";
import { storedKey } from "./profile-key.ts";
import { readValue } from "./stored-record.ts";
import { sweep } from "./sweep.ts";

const VERSION = 2;
const VERSION_WITHOUT_CHECKSUM = 1;

/** Entries looked at with each that is added: those go that have ended long ago. */
const SWEPT_WITH_EACH = 8;
/** So that a clock which is set back finds what held then. */
const KEPT_AFTER_END_MS = 30 * DAY_MS;

const writer = new ByteWriter();

export class LmdbDenials implements DenyList {
  readonly #environment: Environment;
  #sweptUpTo: Uint8Array | null = null;
  /** The time of the last question. */
  #now = 0;

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  async areDenied(keys: readonly DeniedKey[], now: number): Promise<readonly boolean[]> {
    this.#environment.seeLatest();
    return keys.map((key) => this.isDenied(key, now));
  }

  /** As of the last `seeLatest`. */
  isDenied(key: DeniedKey, now: number): boolean {
    this.#now = now;
    const bytes = key.kind === "device" ? deviceDenialKey(key.device) : denialKey(key);
    const entry = readValue(this.#environment.denials, bytes);
    return entry !== null && isDenied(decodeDenial(bytes, entry), now);
  }

  async add(denial: Denial): Promise<void> {
    const { denials } = this.#environment;
    const { until } = denial;
    invariant(
      until === null || (Number.isSafeInteger(until) && until >= 0),
      `a denial ends at a whole number of milliseconds, not at ${until}`,
    );
    const key = denialKey(denial.key);
    const entry = encodeDenial(denial);
    await this.#environment.commit(() => {
      denials.put(key, entry);
      this.#sweep();
    });
  }

  async remove(key: DeniedKey): Promise<boolean> {
    const { denials } = this.#environment;
    const bytes = denialKey(key);
    let wasThere = false;
    await this.#environment.commit(() => {
      wasThere = denials.getBinary(bytes) !== undefined;
      if (wasThere) denials.remove(bytes);
    });
    return wasThere;
  }

  async list(now: number): Promise<readonly Denial[]> {
    this.#environment.seeLatest();
    const listed: Denial[] = [];
    for (const { key, value } of this.#environment.denials.getRange()) {
      const denial = decodeDenial(key, value);
      if (isDenied(denial, now)) listed.push(denial);
    }
    return listed;
  }

  #sweep(): void {
    const endedBefore = this.#now - KEPT_AFTER_END_MS;
    this.#sweptUpTo = sweep(this.#environment.denials, this.#sweptUpTo, {
      limit: SWEPT_WITH_EACH,
      isOver: (entry, key) => !isDenied(decodeDenial(key, entry), endedBefore),
    });
  }
}

const KINDS: readonly DeniedKey["kind"][] = ["device", "customer", "dataSource"];

const deviceKeyInPlace = Buffer.alloc(1 + DEVICE_KEY_BYTES, KINDS.indexOf("device"));

/** A device's key in a buffer of this module's: every call asks for one. */
function deviceDenialKey(device: DeviceId): Uint8Array {
  putDeviceKey(device, deviceKeyInPlace, 1);
  return deviceKeyInPlace;
}

function denialKey(key: DeniedKey): Uint8Array {
  const kind = KINDS.indexOf(key.kind);
  switch (key.kind) {
    case "device":
      return Buffer.from([kind, ...deviceKeyBytes(key.device)]);
    case "customer":
      return Buffer.from([kind, ...storedKey({ ...key, kind: "declared" }).bytes]);
    case "dataSource":
      return Buffer.from([kind, ...storedKey({ ...key, kind: "declared", id: "" }).bytes]);
    default:
      return assertNever(key);
  }
}

function encodeDenial({ key, until }: Denial): Uint8Array {
  writer.begin();
  writer.byte(VERSION);
  writer.byte(until === null ? 0 : 1);
  if (until !== null) writer.varint(until);
  writer.byte(KINDS.indexOf(key.kind));
  if (key.kind === "device") writer.bytes(deviceKeyBytes(key.device));
  else writer.varint(key.dataSourceId);
  if (key.kind === "customer") {
    // UTF-16, since an ID may hold half a surrogate pair.
    const id = Buffer.from(key.id, "utf16le");
    writer.varint(id.length);
    writer.bytes(id);
  }
  return withChecksum(denialKey(key), writer.written());
}

function decodeDenial(key: Uint8Array, stored: Uint8Array): Denial {
  const isChecked = stored[0] !== VERSION_WITHOUT_CHECKSUM;
  const entry = isChecked ? checkedValue(key, stored) : stored;
  if (entry === null)
    throw new CorruptRecord("its checksum is not that of what it holds", 0, "denial");
  const reader = new ByteReader(entry, entry.length, "denial");
  const version = reader.byte();
  if (isChecked && version !== VERSION) {
    throw new CorruptRecord(`its version is ${version}, this server reads ${VERSION}`, 0, "denial");
  }
  const until = reader.byte() === 0 ? null : reader.varint();
  const denied = readKey(reader);
  if (reader.remaining > 0) reader.fail(`${reader.remaining} bytes follow its end`);
  return { key: denied, until };
}

function readKey(reader: ByteReader): DeniedKey {
  const kind = KINDS[reader.byte()];
  switch (kind) {
    case "device": {
      const device = deviceOfKeyBytes(reader.bytes(DEVICE_KEY_BYTES));
      if (device === null) reader.fail("its device is none");
      return { kind, device };
    }
    case "customer": {
      const dataSourceId = asDataSourceId(reader.varint());
      const id = Buffer.from(reader.bytes(reader.count(1))).toString("utf16le");
      return { kind, dataSourceId, id };
    }
    case "dataSource":
      return { kind, dataSourceId: asDataSourceId(reader.varint()) };
    default:
      return reader.fail("it has no known kind");
  }
}
