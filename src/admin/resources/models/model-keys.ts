// What a look-alike model is in the API ("Management API, reports and UI", Models). No document holds models: all
// that a body says is kept with the record.

import { etagOfState } from "../../../access/etag.ts";
import type { ModelRuns } from "../../../control/model-runs.ts";
import { MODEL_LIST, type ObjectRecord } from "../../../control/object-records.ts";
import type { ReadKind } from "../object-keys.ts";
import type { ApiKey, ApiKeys, ApiObject, JsonSchema, ResourceContext } from "../resource-kind.ts";
import { givenId, ID, kept, NAME, STATUS, TEXT, TIME } from "../shared-keys.ts";

/** Ceilings of the manual ("Limits"). */
export const MODEL_LIMITS = {
  activeModelsPerPartner: 20,
  excludedTraits: 500,
  users: 25_000_000,
} as const;

export const TRAIT_WEIGHT = 1;
/** What there is to choose from. */
export const ALGORITHMS = [
  {
    algoTypeId: TRAIT_WEIGHT,
    name: "Trait Weight",
    description:
      "Weighs traits by how common they are in the baseline and how rare elsewhere, and visitors by the traits that they hold.",
  },
] as const;

export type ModelStatus = "ACTIVE" | "INACTIVE";

/** What is kept of a model. */
export interface KeptModel {
  readonly pid: number;
  readonly name: string;
  readonly description: string;
  /** The baseline: a trait or a segment. */
  readonly sid: number;
  readonly dataSources: readonly number[];
  readonly algoTypeId: number;
  /** Days. */
  readonly lookBackPeriod: number;
  readonly intervalSeconds: number;
  readonly status: ModelStatus;
  /** Traits and folder traits, in ascending order. */
  readonly excludedTraits: readonly number[];
}

export interface Model extends KeptModel {
  readonly algoModelId: number;
}

/** A model, and what its runs found. */
export interface ShownModel {
  readonly model: Model;
  readonly runs: ModelRuns;
  /** Whether it runs now. */
  readonly isRunning: boolean;
}

const IDS: JsonSchema = { type: "array", items: ID };

const required = (schema: JsonSchema): ApiKey<never> => ({
  ...{ kind: "kept", schema, isRequired: true },
});

function given(
  schema: JsonSchema,
  show: (item: ShownModel, context: ResourceContext) => unknown,
): ApiKey<ShownModel> {
  return { kind: "given", schema, show };
}

function recorded(
  name: "createTime" | "updateTime" | "crUID" | "upUID",
  schema: JsonSchema,
): ApiKey<ShownModel> {
  return given(schema, ({ model }, context) => recordOf(model, context)[name]);
}

const USER: JsonSchema = { type: "integer" };
const WHEN: JsonSchema = { ...TIME, type: ["integer", "null"] };
const lastRun = ({ runs }: ShownModel) => runs.runs[0] ?? null;
/** Clients of the archived API send numbers. */
const STATUSES: Readonly<Record<string, string>> = { 0: "INACTIVE", 1: "ACTIVE" };

export const MODEL_KEYS: ApiKeys<ShownModel> = {
  algoModelId: givenId(),
  pid: givenId(),
  name: required({ ...NAME, minLength: 1 }),
  description: kept(TEXT, ""),
  sid: required({ ...ID, description: "The baseline: a trait or a segment." }),
  baselineTraitType: given(
    { type: ["string", "null"], description: "SEGMENT, or the type of the trait." },
    ({ model }, { view }) => {
      if (view.find("segments", model.sid) !== undefined) return "SEGMENT";
      return view.find("traits", model.sid)?.traitType ?? null;
    },
  ),
  dataSources: {
    ...required({ ...IDS, minItems: 1 }),
    listedWith: "includeDataSources",
  },
  algoTypeId: kept({ type: "integer", enum: [TRAIT_WEIGHT] }, TRAIT_WEIGHT),
  algoModelVersion: given(
    { type: "integer", minimum: 1, description: "One more with each change." },
    ({ model }, context) => recordOf(model, context).version,
  ),
  lookBackPeriod: kept({ type: "integer", enum: [30, 60, 90], description: "Days." }, 30),
  intervalSeconds: kept({ type: "integer", enum: [86_400, 604_800] }, 604_800),
  status: {
    ...kept(STATUS, "ACTIVE"),
    read: (value) => STATUSES[String(value)] ?? value,
  },
  excludedTraits: {
    ...kept({ ...IDS, description: "Traits and folder traits; they stay as they were made." }, []),
  },
  processingStatus: given(
    { type: "string", enum: ["WAITING", "RUNNING", "DONE"] },
    ({ isRunning, runs }) => (isRunning ? "RUNNING" : runs.runs.length > 0 ? "DONE" : "WAITING"),
  ),
  latestRunTS: given(WHEN, (item) => lastRun(item)?.at ?? null),
  lastRunTimestamp: given(WHEN, (item) => lastRun(item)?.at ?? null),
  lastRunStatus: given(
    { type: ["string", "null"], enum: ["SUCCESS", "FAILED", "NO_DATA", null] },
    (item) => lastRun(item)?.status ?? null,
  ),
  lastRunReason: given(
    { type: ["string", "null"], description: "Why the last run found nothing." },
    (item) => lastRun(item)?.reason ?? null,
  ),
  lastSuccessfulRunTimestamp: given(WHEN, ({ runs }) => runs.latest?.at ?? null),
  createTime: recorded("createTime", WHEN),
  updateTime: recorded("updateTime", TIME),
  crUID: recorded("crUID", USER),
  upUID: recorded("upUID", USER),
};

/** The keys of which runs decide. */
export const RUN_KEYS: ReadonlySet<string> = new Set([
  ...["processingStatus", "latestRunTS", "lastRunTimestamp", "lastRunStatus", "lastRunReason"],
  "lastSuccessfulRunTimestamp",
]);

export const MODEL_KIND: ReadKind = { noun: "model", keys: MODEL_KEYS };

/** Whether a model, which may be of another partner, has this ID. */
export function findModel(algoModelId: number, { models }: Pick<ResourceContext, "models">) {
  const record = models.get(algoModelId);
  return record === undefined ? null : modelOf(algoModelId, record);
}

export function modelsOfPartner({ models, pid }: ResourceContext): readonly Model[] {
  return [...models]
    .map(([algoModelId, record]) => modelOf(algoModelId, record))
    .filter((model) => model.pid === pid);
}

function modelOf(algoModelId: number, { kept: own }: ObjectRecord): Model {
  // Only `plan-models.ts` writes records of models.
  return { ...(own as unknown as KeptModel), algoModelId };
}

function recordOf({ algoModelId }: Model, context: ResourceContext): ObjectRecord {
  return context.recordOf(MODEL_LIST, algoModelId);
}

export function showModel(
  item: ShownModel,
  context: ResourceContext,
  names: readonly string[] = Object.keys(MODEL_KEYS),
): ApiObject {
  const shown: Record<string, unknown> = {};
  for (const name of names) {
    const key = MODEL_KEYS[name];
    shown[name] = key?.show ? key.show(item, context) : Reflect.get(item.model, name);
  }
  return shown;
}

/** Changes whenever the model does; runs leave it as it is. */
export function modelEtag(model: Model, context: ResourceContext): string {
  return etagOfState([model, recordOf(model, context).version]);
}
