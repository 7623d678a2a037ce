// Changing look-alike models. They are kept beside the workspace, and changed in its turn: nothing that a model
// names goes away meanwhile, and no trait comes to name a model that goes.

import type { Fault } from "@dunlin/contract/workspace";
import type { Permission } from "../../../access/caller.ts";
import { meanTheSame } from "../../../catalog/describe-changes.ts";
import { CATALOG_LIMITS } from "../../../catalog/limits.ts";
import { MODEL_LIST } from "../../../control/object-records.ts";
import { err, ok, type Result } from "../../../model/result.ts";
import {
  type DeletionCall,
  type PlannedChange,
  refuseStale,
  type UpdateCall,
} from "../change-resources.ts";
import type { LimitRow } from "../limits.ts";
import { readObject } from "../object-keys.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import {
  findModel,
  type KeptModel,
  MODEL_KIND,
  MODEL_LIMITS,
  type Model,
  modelEtag,
  modelsOfPartner,
} from "./model-keys.ts";
import { traitsOfModel } from "./model-users.ts";

export interface PlannedModel extends PlannedChange {
  readonly modelId: number;
}

export function planModelCreation(
  body: unknown,
  context: ResourceContext,
): Result<PlannedModel, Refusal> {
  return planPut({ id: context.newId(MODEL_LIST), body, before: null }, context);
}

export function planModelUpdate(
  { given, body, ifMatch }: UpdateCall,
  context: ResourceContext,
): Result<PlannedModel, Refusal> {
  const found = findOwnModel(given, context);
  if (!found.ok) return found;
  const before = found.value;
  if (!mayWithModel("WRITE", before, context)) return err(forbidden("change"));
  const stale = refuseStale(modelEtag(before, context), ifMatch);
  if (stale !== null) return err(stale);
  return planPut({ id: before.algoModelId, body, before }, context);
}

/** All or none. */
export function planModelDeletion(
  { given, ifMatch }: DeletionCall,
  context: ResourceContext,
): Result<PlannedChange, Refusal> {
  const models: Model[] = [];
  for (const each of new Set(given)) {
    const found = findOwnModel(each, context);
    if (!found.ok) return found;
    const model = found.value;
    if (!mayWithModel("DELETE", model, context)) return err(forbidden("delete"));
    const stale = refuseStale(modelEtag(model, context), ifMatch);
    if (stale !== null) return err(stale);
    models.push(model);
  }
  const traits = models.flatMap((model) => traitsOfModel(model, context).map(({ sid }) => sid));
  if (traits.length > 0) {
    const detail = `Nothing was deleted: algorithmic traits use it: ${traits.join(", ")}.`;
    return err({ ...refusal("bad-request", detail), traits });
  }
  const gone = models.map(({ algoModelId: id }) => {
    return { list: MODEL_LIST, id, isGone: true, kept: {} } as const;
  });
  return ok({ edits: [], kept: gone, target: null, explain });
}

/** Of a model that found nothing too often. */
export function planModelDeactivation(
  modelId: number,
  context: ResourceContext,
): Result<PlannedChange, Refusal> {
  const model = findModel(modelId, context);
  if (model === null) return err(NO_MODEL);
  const { algoModelId, ...kept } = model;
  const inactive = { list: MODEL_LIST, id: algoModelId, kept: { ...kept, status: "INACTIVE" } };
  return ok({ edits: [], kept: [inactive], target: null, explain });
}

export function modelLimits(context: ResourceContext): readonly LimitRow[] {
  const active = modelsOfPartner(context).filter(({ status }) => status === "ACTIVE");
  const limit = MODEL_LIMITS.activeModelsPerPartner;
  return [{ item: "MODEL", limit, count: active.length }];
}

const NO_MODEL = refusal("not-found", "There is no model with this ID.");

export function findOwnModel(given: string, context: ResourceContext): Result<Model, Refusal> {
  const model = /^[0-9]{1,15}$/.test(given) ? findModel(Number(given), context) : null;
  return model?.pid === context.pid ? ok(model) : err(NO_MODEL);
}

/**
 * Models are read by whoever may view models, and made, changed and deleted by those of them who may map the
 * baseline to models.
 */
export function mayWithModel(
  permission: Permission,
  { sid }: Pick<KeptModel, "sid">,
  { caller, pid, view }: ResourceContext,
): boolean {
  const { rights } = caller;
  if (!rights.allows(pid, { objectType: "MODEL", permission: "READ", scope: null })) return false;
  if (permission === "READ") return true;
  const segment = view.find("segments", sid);
  const scope = (segment ?? view.find("traits", sid))?.dataSourceId ?? null;
  const objectType = segment === undefined ? "TRAIT" : "SEGMENT";
  return rights.allows(pid, { objectType, permission: "MAP_TO_MODELS", scope });
}

function forbidden(what: string): Refusal {
  return refusal("forbidden", `The caller may not ${what} this model: see MAP_TO_MODELS.`);
}

interface Put {
  readonly id: number;
  readonly body: unknown;
  readonly before: Model | null;
}

function planPut(
  { id, body, before }: Put,
  context: ResourceContext,
): Result<PlannedModel, Refusal> {
  const read = readObject(MODEL_KIND, withOldExclusions(body, before));
  if (!read.ok) return err(faulty(read.error));
  // The table has checked the type of each.
  const given = read.value.kept as unknown as Omit<KeptModel, "pid">;
  const model: KeptModel = {
    ...given,
    pid: context.pid,
    dataSources: ascending(given.dataSources),
    excludedTraits: ascending(given.excludedTraits),
  };
  const faults = [...faultsOf(model, context), ...changedForGood(model, { id, body, before })];
  if (faults.length > 0) return err(faulty(faults));
  if (!mayWithModel(before === null ? "CREATE" : "WRITE", model, context)) {
    return err(forbidden(before === null ? "create" : "change"));
  }
  if (isOneTooMany(id, model, context)) {
    const most = MODEL_LIMITS.activeModelsPerPartner;
    return err(refusal("limit-exceeded", `A partner has at most ${most} active models.`));
  }
  const isSame = before !== null && meanTheSame({ ...model, algoModelId: id }, before);
  const put = {
    ...{ list: MODEL_LIST, id, kept: { ...model } },
    ...(before === null && ({ isNew: true } as const)),
  };
  return ok({ edits: [], kept: isSame ? [] : [put], target: null, explain, modelId: id });
}

/** They stay as they were made: a body need not repeat them. */
function withOldExclusions(body: unknown, before: Model | null): unknown {
  if (before === null || typeof body !== "object" || body === null || Array.isArray(body)) {
    return body;
  }
  return Object.hasOwn(body, "excludedTraits")
    ? body
    : { ...body, excludedTraits: before.excludedTraits };
}

function ascending(ids: readonly number[]): readonly number[] {
  return [...new Set(ids)].sort((one, other) => one - other);
}

function changedForGood(model: KeptModel, { id, body, before }: Put): readonly Fault[] {
  if (before === null) return [];
  const named: unknown = Reflect.get(Object(body) as ApiObject, "algoModelId");
  const faults: Fault[] = [];
  if (named !== undefined && named !== null && String(named) !== String(id)) {
    const message = `Expected ${id}, the ID of the path, or no algoModelId at all.`;
    faults.push({ at: "/algoModelId", code: "E_IMMUTABLE", message });
  }
  if (!meanTheSame(model.excludedTraits, before.excludedTraits)) {
    const message = "The traits that a model leaves out stay as it was made.";
    faults.push({ at: "/excludedTraits", code: "E_IMMUTABLE", message });
  }
  return faults;
}

function faultsOf(model: KeptModel, context: ResourceContext): readonly Fault[] {
  const { name, dataSources, excludedTraits } = model;
  const faults: Fault[] = [];
  const fault = (at: string, code: string, message: string) => faults.push({ at, code, message });
  if (name === "") fault("/name", "E_VALUE", "Expected a name.");
  const baseline = baselineFault(model.sid, context);
  if (baseline !== null) faults.push(baseline);
  if (dataSources.length === 0) {
    fault("/dataSources", "E_VALUE", "Expected one data source or more.");
  }
  for (const id of dataSources) {
    if (isShown(context.view.find("dataSources", id), context)) continue;
    fault("/dataSources", "E_UNKNOWN_REFERENCE", `There is no data source ${id}.`);
  }
  if (excludedTraits.length > MODEL_LIMITS.excludedTraits) {
    const message = `Expected at most ${MODEL_LIMITS.excludedTraits} traits that are left out.`;
    fault("/excludedTraits", "E_LIMIT", message);
  }
  const folders = new Set(
    context.view.ofPartner("folders", context.pid).map(({ traitSid }) => traitSid),
  );
  for (const sid of excludedTraits) {
    if (folders.has(sid) || isShown(context.view.find("traits", sid), context)) continue;
    fault("/excludedTraits", "E_UNKNOWN_REFERENCE", `There is no trait ${sid}.`);
  }
  return faults;
}

const BASELINE_TYPES: readonly string[] = ["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT"];

function baselineFault(sid: number, context: ResourceContext): Fault | null {
  const { view } = context;
  if (isShown(view.find("segments", sid), context)) return null;
  const trait = view.find("traits", sid);
  if (trait === undefined || !isShown(trait, context)) {
    const message = `There is no trait and no segment ${sid}.`;
    return { at: "/sid", code: "E_UNKNOWN_REFERENCE", message };
  }
  if (BASELINE_TYPES.includes(trait.traitType)) return null;
  const message = "Expected a rule-based trait, an onboarded trait or a segment.";
  return { at: "/sid", code: "E_VALUE", message };
}

/** Of the partner, or shared by all. */
function isShown(
  item: { readonly pid: number | null } | undefined,
  { pid }: ResourceContext,
): boolean {
  return item !== undefined && (item.pid === pid || item.pid === null);
}

function isOneTooMany(id: number, { status }: KeptModel, context: ResourceContext): boolean {
  if (status !== "ACTIVE") return false;
  const others = modelsOfPartner(context).filter(
    (other) => other.status === "ACTIVE" && other.algoModelId !== id,
  );
  return others.length >= MODEL_LIMITS.activeModelsPerPartner;
}

function faulty(faults: readonly Fault[]): Refusal {
  const shown = faults.slice(0, CATALOG_LIMITS.faults);
  return refusal("bad-request", "The model is not as expected; nothing was changed.", shown);
}

/** Nothing of the workspace changes. */
function explain(faults: readonly Fault[]): Refusal {
  return refusal("conflict", "Nothing was changed: the definitions in force do not hold.", faults);
}
