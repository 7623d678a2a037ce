// Look-alike models: what is to be found again elsewhere, and what runs found ("Management API, reports and UI",
// Models).

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ModelsDesk } from "../../../admin/models-desk.ts";
import type { NodeControl } from "../../../admin/node-control.ts";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { ALGORITHMS, MODEL_KEYS } from "../../../admin/resources/models/model-keys.ts";
import {
  findOwnModel,
  mayWithModel,
  modelLimits,
  type PlannedModel,
  planModelCreation,
  planModelDeletion,
  planModelUpdate,
} from "../../../admin/resources/models/plan-models.ts";
import {
  findShownModel,
  listModels,
  MODEL_LIST_OPTIONS,
} from "../../../admin/resources/models/read-models.ts";
import {
  type Refusal,
  type ResourceContext,
  refusal,
} from "../../../admin/resources/resource-kind.ts";
import type { Result } from "../../../model/result.ts";
import { err } from "../../../model/result.ts";
import { answerList, READ_ONLY } from "../list-answer.ts";
import { problem, sendProblem } from "../problems.ts";
import { REVISION_HEADER } from "../revision-header.ts";
import {
  answerDeletion,
  askerOf,
  contextOf,
  describeCall,
  ifMatchOf,
  NO_IDS,
  readIds,
} from "./add-resource.ts";
import { refuse, refuseChange } from "./refusals.ts";
import {
  answerSchema,
  bodySchema,
  IdArraySchema,
  LIST_OPTIONS,
  LimitsSchema,
  listSchema,
  listSchemaOf,
  PARTNER,
  refusalSchemas,
} from "./resource-schemas.ts";

interface ById {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}
type Desks = Pick<NodeControl, "desk" | "models">;

const KIND = { path: "models" };
const Answer = answerSchema({ keys: MODEL_KEYS });
const Body = bodySchema({ keys: MODEL_KEYS });
const integer = { type: "integer" };
const AlgorithmSchema = {
  type: "object",
  properties: { algoTypeId: integer, name: { type: "string" }, description: { type: "string" } },
};

export function addModelRoutes(app: FastifyInstance, desks: Desks): void {
  addAlgorithms(app);
  addReadings(app, desks);
  addChanges(app, desks);
  addDeletions(app, desks.desk);
  addRuns(app, desks);
}

function addAlgorithms(app: FastifyInstance): void {
  const tag = { path: "algorithms" };
  const list = describeCall(tag, "What a model may be computed by", {
    querystring: { type: "object", properties: { ...LIST_OPTIONS, ...PARTNER } },
    response: { 200: listSchemaOf(AlgorithmSchema), ...refusalSchemas(400) },
  });
  app.get<{ Querystring: Query }>("/v1/algorithms", list, ({ query }, reply) => {
    const keys = Object.keys(AlgorithmSchema.properties);
    return answerList(reply, query, { items: ALGORITHMS, keys, permissionsOn: READ_ONLY });
  });
  const one = describeCall(tag, "An algorithm", {
    response: { 200: AlgorithmSchema, ...refusalSchemas(404) },
  });
  app.get<ById>("/v1/algorithms/:id", one, ({ params }, reply) => {
    const found = ALGORITHMS.find(({ algoTypeId }) => String(algoTypeId) === params.id);
    return found ?? refuse(reply, refusal("not-found", "There is no algorithm with this ID."));
  });
}

function addReadings(app: FastifyInstance, { desk, models }: Desks): void {
  const list = describeCall(KIND, "List models", {
    querystring: {
      type: "object",
      properties: { ...LIST_OPTIONS, ...MODEL_LIST_OPTIONS, ...PARTNER },
    },
    response: { 200: listSchema({ keys: MODEL_KEYS }), ...refusalSchemas(400, 403) },
  });
  app.get<{ Querystring: Query }>("/v1/models", list, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    const listed = listModels(request.query, await models.known(), context);
    return listed.ok ? listed.value : refuse(reply, listed.error);
  });

  const limits = describeCall(KIND, "How many models there are and may be", {
    response: { 200: LimitsSchema },
  });
  app.get("/v1/models/limits", limits, async (request, reply) =>
    modelLimits(await contextOf(desk, request, reply)),
  );

  const one = describeCall(KIND, "Read a model", {
    querystring: { type: "object", properties: PARTNER },
    response: { 200: Answer, ...refusalSchemas(403, 404) },
  });
  app.get<ById>("/v1/models/:id", one, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    return answerModel(reply, request.params.id, { context, models });
  });
}

function addChanges(app: FastifyInstance, { desk, models }: Desks): void {
  const creation = describeCall(KIND, "Create a model", {
    body: Body,
    response: { 201: Answer, ...refusalSchemas(400, 403, 404, 409) },
  });
  app.post("/v1/models", creation, (request, reply) => {
    const plan = (context: ResourceContext) => planModelCreation(request.body, context);
    return change({ request, reply, plan, status: 201 }, { desk, models });
  });

  const update = describeCall(KIND, "Replace a model", {
    body: Body,
    response: { 200: Answer, ...refusalSchemas(400, 403, 404, 409, 412) },
  });
  app.put<ById>("/v1/models/:id", update, (request, reply) => {
    const call = { given: request.params.id, body: request.body, ifMatch: ifMatchOf(request) };
    const plan = (context: ResourceContext) => planModelUpdate(call, context);
    return change({ request, reply, plan, status: 200 }, { desk, models });
  });
}

interface ChangeCall {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly status: 200 | 201;
  plan(context: ResourceContext): Result<PlannedModel, Refusal>;
}

async function change(
  { request, reply, plan, status }: ChangeCall,
  { desk, models }: Desks,
): Promise<unknown> {
  let modelId = 0;
  const outcome = await desk.change(askerOf(request), (context) => {
    const planned = plan(context);
    if (planned.ok) modelId = planned.value.modelId;
    return planned;
  });
  if (outcome.kind !== "changed") return refuseChange(reply, outcome);
  const { context } = outcome;
  reply.header(REVISION_HEADER, context.view.revision).code(status);
  if (status === 201) reply.header("location", `/v1/models/${modelId}`);
  return answerModel(reply, String(modelId), { context, models });
}

async function answerModel(
  reply: FastifyReply,
  given: string,
  { context, models }: { readonly context: ResourceContext; readonly models: ModelsDesk },
): Promise<unknown> {
  const found = findShownModel(given, await models.known(), context);
  if (!found.ok) return refuse(reply, found.error);
  reply.header("etag", found.value.etag);
  return found.value.shown;
}

function addDeletions(app: FastifyInstance, desk: DefinitionDesk): void {
  const gone = { 204: { type: "null" } };
  const inUse = { 400: { description: "The IDs of the traits that name it: [12,13]." } };
  const one = describeCall(KIND, "Delete a model", {
    response: { ...gone, ...refusalSchemas(403, 404, 412), ...inUse },
  });
  app.delete<ById>("/v1/models/:id", one, (request, reply) =>
    remove({ request, reply, given: [request.params.id] }, desk),
  );
  const several = describeCall(KIND, "Delete several models, or none", {
    body: IdArraySchema,
    response: { ...gone, ...refusalSchemas(403, 404), ...inUse },
  });
  app.post("/v1/models/bulk-delete", several, async (request, reply) => {
    const given = readIds(request.body);
    return given === null ? refuse(reply, NO_IDS) : remove({ request, reply, given }, desk);
  });
}

interface DeletionRequest {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly given: readonly string[];
}

async function remove(
  { request, reply, given }: DeletionRequest,
  desk: DefinitionDesk,
): Promise<unknown> {
  const call = { given, ifMatch: ifMatchOf(request) };
  const outcome = await desk.change(askerOf(request), (context) =>
    planModelDeletion(call, context),
  );
  const traits = outcome.kind === "refused" ? outcome.refusal.traits : undefined;
  return traits === undefined ? answerDeletion(reply, outcome) : reply.code(400).send(traits);
}

const InfluentialSchema = {
  type: "object",
  properties: {
    ...{ sid: integer, uniques: integer, count: integer, rank: integer },
    weight: { type: "number", description: "From 0 to 1." },
  },
};
const StatsSchema = {
  type: "array",
  items: {
    type: "object",
    properties: { AccuracyValue: { type: "number" }, ReachValue: integer },
  },
};

function addRuns(app: FastifyInstance, { desk, models }: Desks): void {
  const traits = describeCall(KIND, "The traits that the last run weighs most", {
    querystring: { type: "object", properties: { ...LIST_OPTIONS, ...PARTNER } },
    response: { 200: listSchemaOf(InfluentialSchema), ...refusalSchemas(400, 403, 404) },
  });
  app.get<ById>("/v1/models/:id/runs/latest/traits", traits, async (request, reply) => {
    const runs = await runsOf(request, reply, { desk, models });
    if (!runs.ok) return refuse(reply, runs.error);
    const items = runs.value.latest?.traits ?? [];
    const keys = Object.keys(InfluentialSchema.properties);
    return answerList(reply, request.query, { items, keys, permissionsOn: READ_ONLY });
  });

  const stats = describeCall(KIND, "How many visitors the last run reaches, by accuracy", {
    response: { 200: StatsSchema, ...refusalSchemas(403, 404) },
  });
  app.get<ById>("/v1/models/:id/runs/latest/stats", stats, async (request, reply) => {
    const runs = await runsOf(request, reply, { desk, models });
    if (!runs.ok) return refuse(reply, runs.error);
    const rows = runs.value.latest?.stats ?? [];
    return rows.map(({ accuracy, reach }) => ({ AccuracyValue: accuracy, ReachValue: reach }));
  });

  const history = describeCall(KIND, "When the last ten runs began, the newest first", {
    response: { 200: { type: "array", items: integer }, ...refusalSchemas(403, 404) },
  });
  app.get<ById>("/v1/models/:id/processing-history", history, async (request, reply) => {
    const runs = await runsOf(request, reply, { desk, models });
    return runs.ok ? runs.value.runs.map(({ at }) => at) : refuse(reply, runs.error);
  });

  const begin = describeCall(KIND, "Run a model now, behind the answer", {
    response: { 202: { type: "object" }, ...refusalSchemas(403, 404, 409) },
  });
  app.post<ById>("/v1/models/:id/runs", begin, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    const found = findOwnModel(request.params.id, context);
    if (!found.ok) return refuse(reply, found.error);
    const model = found.value;
    if (!mayWithModel("WRITE", model, context)) return refuse(reply, NOT_THEIRS);
    if ((await models.begin(model)) === "busy") return sendProblem(reply, BUSY);
    return reply.code(202).send({ algoModelId: model.algoModelId, processingStatus: "RUNNING" });
  });
}

const NOT_THEIRS = refusal("forbidden", "The caller may not run this model: see MAP_TO_MODELS.");
const BUSY = problem(409, "A model runs already; come again when it is done.");

async function runsOf(request: FastifyRequest<ById>, reply: FastifyReply, { desk, models }: Desks) {
  const context = await contextOf(desk, request, reply);
  const found = findOwnModel(request.params.id, context);
  if (!found.ok) return found;
  if (!mayWithModel("READ", found.value, context)) {
    return err(refusal("forbidden", "The caller may not read this model."));
  }
  return { ok: true, value: await models.runsOf(found.value.algoModelId) } as const;
}
