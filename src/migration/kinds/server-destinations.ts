// Server-to-server destinations: their own settings are kept as they are, for a workspace holds them without
// knowing them; but no secret is carried into a file that is read, shared and versioned.

import { type CarryTable, carry, elsewhere } from "../carry.ts";
import type { ApiObject } from "../gather.ts";
import type { ImportNotes, Origin } from "../notes.ts";
import { isEmpty, isJsonObject, type JsonObject } from "../values.ts";

const SECRET =
  /password|passphrase|secret|credential|private.?key|signature.?key|access.?key|token$/i;
/** May be a secret itself, or hold one beside what is none. */
const LOGIN = /auth(entication|orization)?$/i;
/** Deeper than a workspace keeps: what lies below is refused there. */
const MAX_DEPTH = 25;
/** Keys of other types: a workspace refuses them here. */
const FOREIGN =
  /^(tagType|urlType|urlFormatString|secureUrlFormatString|delimiter|cookieName|cnameDomain|ttl|maxSize|clearOnDisqualify|domainRestrictions|siteIDs|formatType|singleKey|keySeparator|valueSeparator|serializationSeparator)$/;

export function carryServerKeys(
  { fields, origin }: ApiObject,
  shared: CarryTable,
  notes: ImportNotes,
): Record<string, unknown> {
  const own = Object.entries(fields).filter(([key]) => !Object.hasOwn(shared, key));
  const kept: Record<string, unknown> = {};
  const ignored: string[] = [];
  for (const [key, value] of own) {
    if (FOREIGN.test(key) || key === "__proto__") {
      if (isEmpty(value) || key === "domainRestrictions") ignored.push(key);
      continue;
    }
    ignored.push(key);
    const clean = withoutSecrets(key, value, { origin, notes, depth: MAX_DEPTH });
    if (clean !== undefined) kept[key] = clean;
  }
  const table = { ...shared, ...elsewhere(...ignored.filter((key) => key !== "__proto__")) };
  return { ...kept, ...carry(fields, table, { notes, origin }) };
}

interface Surroundings {
  readonly origin: Origin;
  readonly notes: ImportNotes;
  readonly depth: number;
}

/** Undefined where the value is one. */
function withoutSecrets(key: string, value: unknown, around: Surroundings): unknown {
  const { origin, notes, depth } = around;
  const isSecret = SECRET.test(key) || (LOGIN.test(key) && typeof value !== "object");
  if (isSecret && !isEmpty(value)) {
    const reason = `${JSON.stringify(key.slice(0, 60))} may be a secret, which is not carried over.`;
    notes.add("lost", origin, reason);
    return undefined;
  }
  if (depth === 0 || typeof value !== "object" || value === null) return value;
  const below = { ...around, depth: depth - 1 };
  if (Array.isArray(value)) return value.map((item) => withoutSecrets("", item, below) ?? null);
  return isJsonObject(value) ? cleanObject(value, below) : value;
}

function cleanObject(object: JsonObject, around: Surroundings): Record<string, unknown> {
  const entries = Object.entries(object).flatMap(([key, value]) => {
    const clean = withoutSecrets(key, value, around);
    return clean === undefined ? [] : [[key, clean] as const];
  });
  // Unlike an assignment, this makes an own key of "__proto__" too, which a workspace then refuses.
  return Object.fromEntries(entries);
}
