// What a sheet can be about, and what its rows mean ("Management API, reports and UI", Bulk operations). A row is
// the call that the API has for one object: its cells are the keys of the body.

import { LIST_IDS, type ListName } from "../../../catalog/document-keys.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import { type PlannedChange, planCreation, planDeletion, planUpdate } from "../change-resources.ts";
import { MAPPING_KEYS } from "../destinations/mapping-keys.ts";
import {
  type PlannedMappings,
  planMappingDeletion,
  planMappings,
  planMappingUpdate,
} from "../destinations/plan-mappings.ts";
import { findMapping } from "../destinations/read-mappings.ts";
import { DERIVED_SIGNALS } from "../kinds/derived-signals.ts";
import { DESTINATIONS } from "../kinds/destinations.ts";
import { SEGMENT_FOLDERS, TRAIT_FOLDERS } from "../kinds/folders.ts";
import { SEGMENTS } from "../kinds/segments.ts";
import { TRAITS } from "../kinds/traits.ts";
import { findResource } from "../read-resources.ts";
import {
  type ApiKeys,
  type ApiObject,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "../resource-kind.ts";
import { modelSheet } from "./model-sheet.ts";

/** What is done to each row of a sheet. */
export type SheetChange = "create" | "update" | "delete";

/** The cells of a row that hold something, as values of their keys. */
export type SheetRow = ApiObject;

export interface PlannedRow {
  readonly change: PlannedChange;
  /** The object as it is after the change; null where it is gone. */
  show(context: ResourceContext): Result<ApiObject, Refusal> | null;
}

export interface SheetKind {
  readonly noun: string;
  readonly keys: ApiKeys<never>;
  find(row: SheetRow, context: ResourceContext): Result<ApiObject, Refusal>;
  plan(change: SheetChange, row: SheetRow, context: ResourceContext): Result<PlannedRow, Refusal>;
}

export const SHEET_KINDS = {
  traits: sheetOf(TRAITS),
  segments: sheetOf(SEGMENTS),
  folders: sheetOf(TRAIT_FOLDERS),
  "segment-folders": sheetOf(SEGMENT_FOLDERS),
  "derived-signals": sheetOf(DERIVED_SIGNALS),
  destinations: sheetOf(DESTINATIONS),
  mappings: mappingSheet(),
  models: modelSheet(),
} as const satisfies Readonly<Record<string, SheetKind>>;

function sheetOf<Name extends ListName>(kind: ResourceKind<Name>): SheetKind {
  const idKey = LIST_IDS[kind.list];
  const find: SheetKind["find"] = (row, context) => {
    const given = idIn(row, idKey);
    if (given === null) return err(missingCell(idKey));
    const found = findResource(kind, { given, query: {} }, context);
    return found.ok ? ok(found.value.shown) : found;
  };
  const plan = (change: SheetChange, row: SheetRow, context: ResourceContext) => {
    if (change === "create") return planCreation(kind, row, context);
    const given = idIn(row, idKey);
    if (given === null) return err(missingCell(idKey));
    if (change === "delete") return planDeletion(kind, { given: [given], ifMatch: null }, context);
    const known = find(row, context);
    if (!known.ok) return known;
    // What a sheet does not say stays as it is.
    const body = { ...known.value, ...row };
    return planUpdate(kind, { given, body, ifMatch: null }, context);
  };
  return {
    ...{ noun: kind.noun, keys: kind.keys, find },
    plan: (change, row, context) => {
      const planned = plan(change, row, context);
      if (!planned.ok) return planned;
      const { target } = planned.value;
      const show: PlannedRow["show"] = (after) =>
        target === null ? null : find({ [idKey]: target.id }, after);
      return ok({ change: planned.value, show });
    },
  };
}

function mappingSheet(): SheetKind {
  const find: SheetKind["find"] = (row, context) => {
    const named = mappingIn(row);
    if (!named.ok) return named;
    const found = findMapping(named.value, context);
    return found.ok ? ok(found.value.shown) : found;
  };
  return {
    ...{ noun: "mapping", keys: MAPPING_KEYS, find },
    plan: (change, row, context) => {
      const planned = planMapping(change, row, context);
      if (!planned.ok) return planned;
      const { destinationId, mappingIds } = planned.value;
      const [mappingId] = mappingIds;
      const show: PlannedRow["show"] = (after) =>
        mappingId === undefined ? null : find({ destinationId, mappingId }, after);
      return ok({ change: planned.value, show });
    },
  };
}

function planMapping(
  change: SheetChange,
  row: SheetRow,
  context: ResourceContext,
): Result<PlannedMappings, Refusal> {
  if (change === "create") {
    const destination = idIn(row, "destinationId");
    if (destination === null) return err(missingCell("destinationId"));
    return planMappings(destination, [row], context);
  }
  const named = mappingIn(row);
  if (!named.ok) return named;
  const { destination, mapping } = named.value;
  if (change === "delete") {
    return planMappingDeletion({ destination, mappings: [mapping], ifMatch: null }, context);
  }
  const known = findMapping(named.value, context);
  if (!known.ok) return known;
  const { shown } = known.value;
  // Where segments share one URL it is the alias that is shown in its place.
  const { url, secureUrl, ...others } = shown;
  const base = url === shown["traitAlias"] ? others : { ...others, url, secureUrl };
  const body = { ...base, ...row };
  return planMappingUpdate({ destination, mapping, body, ifMatch: null }, context);
}

function mappingIn(
  row: SheetRow,
): Result<{ readonly destination: string; readonly mapping: string }, Refusal> {
  const destination = idIn(row, "destinationId");
  if (destination === null) return err(missingCell("destinationId"));
  const mapping = idIn(row, "destinationMappingId") ?? idIn(row, "mappingId");
  if (mapping === null) return err(missingCell("destinationMappingId"));
  return ok({ destination, mapping });
}

function idIn(row: SheetRow, key: string): string | null {
  const value = row[key];
  return value === undefined || value === null ? null : String(value);
}

function missingCell(key: string): Refusal {
  const message = `The row names no ${key}.`;
  return refusal("bad-request", message, [{ at: `/${key}`, code: "E_MISSING_KEY", message }]);
}
