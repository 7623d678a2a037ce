// Reading look-alike models, and what their runs found.

import { type ModelRuns, NO_RUNS } from "../../../control/model-runs.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import {
  listPlain,
  OBJECT_PERMISSIONS,
  type Page,
  type Query,
  QueryReading,
} from "../list-options.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import { MODEL_KEYS, type Model, modelEtag, modelsOfPartner, showModel } from "./model-keys.ts";
import { findOwnModel, mayWithModel } from "./plan-models.ts";

/** What is known of the runs of models. */
export interface KnownRuns {
  readonly runs: ReadonlyMap<number, ModelRuns>;
  /** The model that runs now, on whichever node. */
  readonly running: number | null;
}

const BAD_OPTIONS = "The options of the list are not as expected.";
const WITH_SOURCES = "includeDataSources";

/** `properties` of what the list may be asked for beyond what all lists are. */
export const MODEL_LIST_OPTIONS = {
  [WITH_SOURCES]: { type: "boolean" },
  usesDataSource: { type: "integer", description: "Models of this data source." },
  containsSeedFromDataSource: {
    type: "integer",
    description: "Models whose baseline belongs to this data source.",
  },
} as const;

export function listModels(
  query: Query,
  known: KnownRuns,
  context: ResourceContext,
): Result<readonly object[] | Page<object>, Refusal> {
  const reading = new QueryReading(query);
  const withSources = reading.flag(WITH_SOURCES);
  const sources = new Set(reading.ids("usesDataSource"));
  const seeds = new Set(reading.ids("containsSeedFromDataSource"));
  if (reading.faults.length > 0) return err(refusal("bad-request", BAD_OPTIONS, reading.faults));
  const keys = Object.entries(MODEL_KEYS).flatMap(([name, { listedWith }]) =>
    listedWith === undefined || withSources ? [name] : [],
  );
  const items = modelsOfPartner(context).filter(
    (model) =>
      (sources.size === 0 || model.dataSources.some((id) => sources.has(id))) &&
      (seeds.size === 0 || seeds.has(sourceOfBaseline(model, context) ?? -1)),
  );
  const listed = listPlain(query, {
    items,
    keys,
    permissionsOn: (model) =>
      OBJECT_PERMISSIONS.filter((each) => mayWithModel(each, model, context)),
    show: (model) => showModel(shownOf(model, known), context, keys),
  });
  return listed.ok ? listed : err(refusal("bad-request", BAD_OPTIONS, listed.error));
}

export interface FoundModel {
  readonly model: Model;
  readonly shown: ApiObject;
  readonly etag: string;
}

export function findShownModel(
  given: string,
  known: KnownRuns,
  context: ResourceContext,
): Result<FoundModel, Refusal> {
  const found = findOwnModel(given, context);
  if (!found.ok) return found;
  const model = found.value;
  if (!mayWithModel("READ", model, context)) {
    return err(refusal("forbidden", "The caller may not read this model."));
  }
  const shown = showModel(shownOf(model, known), context);
  return ok({ model, shown, etag: modelEtag(model, context) });
}

function shownOf(model: Model, { runs, running }: KnownRuns) {
  const { algoModelId } = model;
  const isRunning = running === algoModelId;
  return { model, runs: runs.get(algoModelId) ?? NO_RUNS, isRunning };
}

function sourceOfBaseline({ sid }: Model, { view }: ResourceContext): number | null {
  return (view.find("segments", sid) ?? view.find("traits", sid))?.dataSourceId ?? null;
}
