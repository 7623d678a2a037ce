// What a body says of a mapping, completed by what only the server knows and checked by what no document holds.

import type { DestinationDefinition, Fault } from "@dunlin/contract/workspace";
import type { Right } from "../../../access/caller.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import { readObject } from "../object-keys.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import { exportConflicts, labelsOf, refuseExport } from "./export-controls.ts";
import { isSerializedUrl, MAPPING_KIND, type MappedItem, mappedOf } from "./mapping-keys.ts";

export interface ReadMapping {
  /** As the document writes it, whatever it holds; only its IDs are sure. */
  readonly mapping: ApiObject & { readonly mappingId: number; readonly sid: number };
  /** Tag codes, which the document has no keys for; those that there are. */
  readonly codes: ApiObject;
}

export interface MappingBody {
  readonly destination: DestinationDefinition;
  readonly body: unknown;
  /** What it takes the place of; null: the ID of a new one. */
  readonly before: MappedItem["mapping"] | null;
  /** Where it says none. */
  readonly priority: number | null;
}

export function readMapping(
  { destination, body, before, priority }: MappingBody,
  context: ResourceContext,
): Result<ReadMapping, Refusal> {
  const read = readObject(MAPPING_KIND, body);
  if (!read.ok) return err(badMapping(read.error));
  const { item, kept } = read.value;
  const sid = before === null ? item["sid"] : before.sid;
  if (typeof sid !== "number") return err(badMapping([fault("sid", "E_MISSING_KEY", NO_SID)]));
  if (item["sid"] !== undefined && item["sid"] !== sid) {
    return err(badMapping([fault("sid", "E_IMMUTABLE", `Expected ${sid}, which is mapped.`)]));
  }
  const told = { destination, sid, traitType: traitTypeOf(body) };
  const refused = refuseMapped(told, context);
  if (refused !== null) return err(refused);
  const filled = before === null ? autoFill({ destination, sid }, item, context) : ok(item);
  if (!filled.ok) return filled;
  const mappingId = before === null ? context.newId("mappings") : before.mappingId;
  const mapping = {
    ...withoutRepeatedAlias(destination, filled.value),
    ...{ mappingId, sid },
    startDate: item["startDate"] ?? (before === null ? dayOf(context.now) : before.startDate),
    priority: item["priority"] ?? priority,
  };
  if (needsAlias(destination) && (filled.value["traitAlias"] ?? null) === null) {
    const message = `The key "traitAlias" is required in a mapping of this destination.`;
    return err(badMapping([fault("traitAlias", "E_MISSING_KEY", message)]));
  }
  const codes = Object.entries(kept).filter(([, code]) => code !== null);
  return ok({ mapping, codes: Object.fromEntries(codes) });
}

const NO_SID = 'The key "sid" is required: the ID of what is mapped, which is a number.';

function fault(key: string, code: string, message: string): Fault {
  return { at: `/${key}`, code, message };
}

function badMapping(faults: readonly Fault[]): Refusal {
  const detail = "The mapping is not as expected; nothing was changed.";
  return refusal("bad-request", detail, faults);
}

function traitTypeOf(body: unknown): string | null {
  const named: unknown =
    typeof body === "object" && body !== null ? Reflect.get(body, "traitType") : null;
  return typeof named === "string" ? named.toUpperCase() : null;
}

interface Told {
  readonly destination: DestinationDefinition;
  readonly sid: number;
  /** As the caller says. */
  readonly traitType: string | null;
}

/** Whether the destination may be told of it, and by this caller. */
function refuseMapped(
  { destination, sid, traitType }: Told,
  context: ResourceContext,
): Refusal | null {
  const { view, pid, caller } = context;
  const segment = view.find("segments", sid);
  const mapped = mappedOf(sid, context);
  const isTrait = mapped?.traitType === "TRAIT";
  const owner = (segment ?? view.find("traits", sid))?.pid;
  if (mapped === null || owner !== pid || (isTrait && destination.destinationType !== "S2S")) {
    const message = `There is no segment ${sid}.`;
    return refusal("not-found", message, [fault("sid", "E_UNKNOWN_REFERENCE", message)]);
  }
  if (traitType !== null && traitType !== mapped.traitType) {
    const message = `Expected ${mapped.traitType}, which ${sid} is.`;
    return badMapping([fault("traitType", "E_VALUE", message)]);
  }
  const scope = mapped.item.dataSourceId;
  const right: Right = isTrait
    ? { objectType: "TRAIT", permission: "MAP_TO_SEGMENTS", scope }
    : { objectType: "SEGMENT", permission: "MAP_TO_DESTINATION", scope };
  if (!caller.rights.allows(pid, right)) {
    const { permission, objectType } = right;
    const detail = `A mapping of ${sid} needs the right ${permission} on ${objectType} of data source ${scope}.`;
    return refusal("forbidden", detail);
  }
  const labels = labelsOf(destination.destinationId, context);
  return refuseExport(exportConflicts({ labels, told: segment ?? sid }, context), "/sid");
}

/** What the destination fills in, where the caller did not. */
function autoFill(
  { destination, sid }: Omit<Told, "traitType">,
  item: ApiObject,
  context: ResourceContext,
): Result<ApiObject, Refusal> {
  const { autoFillMapping, destinationType } = destination;
  const key = destinationType === "ADS" ? "valueAlias" : "traitAlias";
  if (autoFillMapping === "NONE" || (item[key] ?? null) !== null) return ok(item);
  if (autoFillMapping === "SEGMENT_ID") return ok({ ...item, [key]: String(sid) });
  const code = mappedOf(sid, context)?.item.integrationCode ?? null;
  if (code !== null) return ok({ ...item, [key]: code });
  const message = `The destination fills integration codes in, and ${sid} has none.`;
  return err(badMapping([fault(key, "E_MISSING_KEY", message)]));
}

/** The document would take the sid instead, which is for whoever writes a document by hand. */
function needsAlias(destination: DestinationDefinition): boolean {
  return destination.destinationType === "S2S" || isSerializedUrl(destination);
}

/** Answers repeat the alias as the URL where segments share one: whoever sends that back means nothing by it. */
function withoutRepeatedAlias(destination: DestinationDefinition, item: ApiObject): ApiObject {
  if (!isSerializedUrl(destination)) return item;
  const { traitAlias } = item;
  return {
    ...item,
    url: item["url"] === traitAlias ? null : (item["url"] ?? null),
    secureUrl: item["secureUrl"] === traitAlias ? null : (item["secureUrl"] ?? null),
  };
}

/** Cookies have an order; other destinations none, unless somebody wants one. */
export function nextPriority({ destinationType, mappings }: DestinationDefinition): number | null {
  if (destinationType !== "ADS") return null;
  return mappings.reduce((next, { priority }) => Math.max(next, (priority ?? 0) + 1), 1);
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
