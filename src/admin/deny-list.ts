// What an operator writes of the deny list ("Running a node", Management plane).

import type { Fault } from "@dunlin/contract/workspace";
import { asDataSourceId, parseDeviceId } from "../model/ids.ts";
import { assertNever, err, ok, type Result } from "../model/result.ts";
import type { Denial, DeniedKey } from "../profiles/visitor-store.ts";
import { parseTime } from "./parse-time.ts";

/** An entry as it is written. */
export interface WrittenDenial {
  readonly kind: string;
  /** A UUID, `<data source>:<id>`, or a data source. */
  readonly id: string;
  /** RFC 3339. Null, or left out: for ever. */
  readonly until?: string | null;
}

export type DenialFaults = readonly Fault[];

const SOURCE = /^(0|[1-9][0-9]{0,14})$/;
const CUSTOMER = /^(0|[1-9][0-9]{0,14}):(.*)$/s;
const MAX_ID_CHARACTERS = 1024;
const CONTROL_CHARACTER = /[\u0000-\u001f]/;

export function readDenial(written: WrittenDenial): Result<Denial, DenialFaults> {
  const key = readDeniedKey(written);
  const until = written.until ?? null;
  if (until === null) return key.ok ? ok({ key: key.value, until }) : key;
  const time = parseTime(until);
  const faults = [
    ...(key.ok ? [] : key.error),
    ...(time.ok ? [] : [{ at: "/until", code: "E_VALUE", message: time.error }]),
  ];
  return key.ok && time.ok ? ok({ key: key.value, until: time.value }) : err(faults);
}

export function readDeniedKey({
  kind,
  id,
}: Pick<WrittenDenial, "kind" | "id">): Result<DeniedKey, DenialFaults> {
  switch (kind) {
    case "device": {
      const device = parseDeviceId(id);
      if (device !== null) return ok({ kind, device });
      return bad("/id", "Expected a UUID: 38 decimal digits in two halves, each below 2^63.");
    }
    case "customer": {
      const [, source, customer] = CUSTOMER.exec(id) ?? [];
      if (source === undefined || customer === undefined || !mayBeId(customer)) {
        return bad(
          "/id",
          `Expected <dataSourceId>:<id> with an ID of 1 to ${MAX_ID_CHARACTERS} characters, none of them a control character.`,
        );
      }
      return ok({ kind, dataSourceId: asDataSourceId(Number(source)), id: customer });
    }
    case "dataSource":
      if (SOURCE.test(id)) return ok({ kind, dataSourceId: asDataSourceId(Number(id)) });
      return bad("/id", "Expected the ID of a data source, in digits.");
    default:
      return bad("/kind", 'Expected "device", "customer" or "dataSource".');
  }
}

export function writeDenial({ key, until }: Denial): Required<WrittenDenial> {
  return {
    kind: key.kind,
    id: writtenId(key),
    until: until === null ? null : new Date(until).toISOString(),
  };
}

function writtenId(key: DeniedKey): string {
  switch (key.kind) {
    case "device":
      return key.device;
    case "customer":
      return `${key.dataSourceId}:${key.id}`;
    case "dataSource":
      return `${key.dataSourceId}`;
    default:
      return assertNever(key);
  }
}

/** Whether a call could ever name it. */
function mayBeId(id: string): boolean {
  return id.trim() !== "" && id.length <= MAX_ID_CHARACTERS && !CONTROL_CHARACTER.test(id);
}

function bad(at: string, message: string): Result<never, DenialFaults> {
  return err([{ at, code: "E_VALUE", message }]);
}
