// Changing mappings. They stand in their destination: whoever changes one writes the destination, and no other
// object.

import type { DestinationDefinition, DestinationMapping, Fault } from "@dunlin/contract/workspace";
import { meanTheSame } from "../../../catalog/describe-changes.ts";
import { mappingsOf } from "../../../control/object-records.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import { type KeptKeys, type PlannedChange, refuseStale } from "../change-resources.ts";
import { DESTINATIONS } from "../kinds/destinations.ts";
import { may } from "../may.ts";
import { findItem } from "../read-resources.ts";
import { type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import { findMappingIn, mappingEtag, mappingRecordOf } from "./mapping-keys.ts";
import { nextPriority, type ReadMapping, readMapping } from "./read-mapping.ts";

export interface PlannedMappings extends PlannedChange {
  readonly destinationId: number;
  /** In the order of the bodies. */
  readonly mappingIds: readonly number[];
}

type Planned = Result<PlannedMappings, Refusal>;

/** Several at once, or none. The refusal of one of several says which. */
export function planMappings(
  given: string,
  bodies: readonly unknown[],
  context: ResourceContext,
): Planned {
  const found = findChangeable(given, context);
  if (!found.ok) return found;
  const before = found.value;
  const mappings = [...before.mappings];
  // It grows with its mappings.
  const destination = withMappings(before, mappings);
  const kept: KeptKeys[] = [];
  const mappingIds: number[] = [];
  let priority = nextPriority(before);
  for (const [place, body] of bodies.entries()) {
    const prefix = bodies.length === 1 ? "" : `/${place}`;
    const read = readMapping({ destination, body, before: null, priority }, context);
    if (!read.ok) return err(placed(read.error, prefix));
    const { mapping, codes } = read.value;
    const twice = mappings.find(({ sid }) => sid === mapping.sid);
    if (twice !== undefined) {
      const message = `${mapping.sid} is mapped to the destination already, as ${twice.mappingId}.`;
      const faults = [{ at: `${prefix}/sid`, code: "E_DUPLICATE", message }];
      return err(refusal("conflict", message, faults));
    }
    const list = mappingsOf(before.destinationId);
    kept.push({ list, id: mapping.mappingId, kept: codes, isNew: true });
    mappingIds.push(mapping.mappingId);
    mappings.push(asMapping(mapping));
    const own = mapping["priority"];
    if (priority !== null && typeof own === "number" && own >= priority) priority = own + 1;
  }
  const first = before.mappings.length;
  const prefixes = bodies.map((_, place) => (bodies.length === 1 ? "" : `/${place}`));
  return ok({
    ...writeDestination(before, destination),
    kept,
    places: prefixes.map((_, place) => placeOf(before, first + place, context)),
    explain: (faults) => explainMappings({ before, first, prefixes }, faults, context),
    mappingIds,
  });
}

export interface MappingCall {
  /** Null where the path names none. */
  readonly destination: string | null;
  readonly mapping: string;
  readonly body: unknown;
  readonly ifMatch: string | null;
}

export function planMappingUpdate(call: MappingCall, context: ResourceContext): Planned {
  const owner = call.destination === null ? findOwner(call.mapping, context) : ok(call.destination);
  if (!owner.ok) return owner;
  const found = findChangeable(owner.value, context);
  if (!found.ok) return found;
  const destination = found.value;
  const mapping = findMappingIn(destination, call.mapping);
  if (mapping === undefined) return err(NO_MAPPING);
  const item = { destination, mapping };
  const stale = refuseStale(mappingEtag(item, context), call.ifMatch);
  if (stale !== null) return err(stale);
  const read = readMapping(
    { destination, body: call.body, before: mapping, priority: mapping.priority },
    context,
  );
  if (!read.ok) return read;
  const place = destination.mappings.indexOf(mapping);
  const after = asMapping(read.value.mapping);
  const { codes } = read.value;
  const known = mappingRecordOf(item, context).kept ?? {};
  const isSame = meanTheSame(after, mapping) && meanTheSame(codes, known);
  const list = mappingsOf(destination.destinationId);
  const mappings = isSame ? destination.mappings : destination.mappings.with(place, after);
  const written = withMappings(destination, mappings);
  return ok({
    ...writeDestination(destination, written),
    kept: isSame ? [] : [{ list, id: mapping.mappingId, kept: codes }],
    places: [placeOf(destination, place, context)],
    explain: (faults) =>
      explainMappings({ before: destination, first: place, prefixes: [""] }, faults, context),
    mappingIds: [mapping.mappingId],
  });
}

export interface MappingDeletion {
  readonly destination: string;
  readonly mappings: readonly string[];
  readonly ifMatch: string | null;
}

export function planMappingDeletion(call: MappingDeletion, context: ResourceContext): Planned {
  const found = findChangeable(call.destination, context);
  if (!found.ok) return found;
  const destination = found.value;
  const leaving = new Set(call.mappings);
  const going = destination.mappings.filter(({ mappingId }) => leaving.has(String(mappingId)));
  if (going.length < leaving.size) {
    const there = new Set(going.map(({ mappingId }) => String(mappingId)));
    const missing = [...leaving].filter((each) => !there.has(each));
    return err(refusal("not-found", `The destination has no mapping ${missing.join(", ")}.`));
  }
  for (const mapping of going) {
    const stale = refuseStale(mappingEtag({ destination, mapping }, context), call.ifMatch);
    if (stale !== null) return err(stale);
  }
  const mappings = destination.mappings.filter((mapping) => !going.includes(mapping));
  const after = withMappings(destination, mappings);
  return ok({
    ...writeDestination(destination, after),
    explain: (faults) =>
      explainMappings({ before: destination, first: 0, prefixes: [] }, faults, context),
    mappingIds: [],
  });
}

const NO_MAPPING = refusal("not-found", "There is no mapping with this ID.");

function findChangeable(
  given: string,
  context: ResourceContext,
): Result<DestinationDefinition, Refusal> {
  const found = findItem(DESTINATIONS, given, context);
  if (!found.ok || may(DESTINATIONS, "WRITE", { item: found.value, context })) return found;
  return err(refusal("forbidden", "The caller may not change mappings of this destination."));
}

/** A workspace may have given the ID in several destinations. */
function findOwner(mapping: string, { view, pid }: ResourceContext): Result<string, Refusal> {
  const owners = view
    .ofPartner("destinations", pid)
    .filter((destination) => findMappingIn(destination, mapping) !== undefined);
  const [owner, ...others] = owners;
  if (owner === undefined) return err(NO_MAPPING);
  if (others.length === 0) return ok(String(owner.destinationId));
  const ids = owners.map(({ destinationId }) => destinationId).join(", ");
  const detail = `Destinations ${ids} all have a mapping ${mapping}; name one of them in the path.`;
  return err(refusal("conflict", detail));
}

function withMappings(
  destination: DestinationDefinition,
  mappings: readonly DestinationMapping[],
): DestinationDefinition {
  return { ...destination, mappings };
}

/** Every key that a document has; what they hold is checked there. */
function asMapping(mapping: ReadMapping["mapping"]): DestinationMapping {
  const none = { endDate: null, url: null, secureUrl: null, traitAlias: null, valueAlias: null };
  return { ...none, ...mapping } as unknown as DestinationMapping;
}

function writeDestination(
  { destinationId }: DestinationDefinition,
  after: DestinationDefinition,
): Pick<PlannedMappings, "edits" | "kept" | "target" | "destinationId"> {
  const list = "destinations";
  return {
    // Server destinations are written with the keys that only they have.
    edits: [{ kind: "put", list, id: destinationId, item: { ...after } }],
    kept: [],
    target: { list, id: destinationId },
    destinationId,
  };
}

function placed({ kind, detail, faults }: Refusal, prefix: string): Refusal {
  if (faults === undefined) return refusal(kind, detail);
  return refusal(
    kind,
    detail,
    faults.map((each) => ({ ...each, at: `${prefix}${each.at}` })),
  );
}

/** Where a mapping stands in the document; null: all of them. */
function placeOf(
  { destinationId }: DestinationDefinition,
  place: number | null,
  { view }: ResourceContext,
): string {
  const { destinations } = view.workspace;
  const index = destinations.findIndex((each) => each.destinationId === destinationId);
  return `/destinations/${index}/mappings${place === null ? "" : `/${place}`}`;
}

interface Explained {
  readonly before: DestinationDefinition;
  /** The place of the first of the mappings that the call is about. */
  readonly first: number;
  /** Where each of them stands in the body. */
  readonly prefixes: readonly string[];
}

/** Faults of a document as faults of the body that led to them. */
function explainMappings(
  { before, first, prefixes }: Explained,
  faults: readonly Fault[],
  context: ResourceContext,
): Refusal {
  const list = placeOf(before, null, context);
  const full = faults.find(({ at, code }) => at === list && code === "E_LIMIT");
  if (full !== undefined) return refusal("limit-exceeded", full.message);
  const own = faults.flatMap((each): Fault[] => {
    const [, place = "", rest = ""] =
      /^\/([0-9]+)(.*)$/.exec(each.at.startsWith(list) ? each.at.slice(list.length) : "") ?? [];
    const prefix = place === "" ? undefined : prefixes[Number(place) - first];
    return prefix === undefined ? [] : [{ ...each, at: `${prefix}${rest}` }];
  });
  if (own.length > 0) {
    return refusal("bad-request", "The mapping is not as expected; nothing was changed.", own);
  }
  const detail =
    "Nothing was changed: with this mapping other definitions would not hold any more.";
  return refusal("conflict", detail, faults);
}
