// The calls that every resource has: list, create, read, replace, delete, and delete several.

import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from "fastify";
import type { MetricsDesk } from "../../../admin/metrics-desk.ts";
import {
  planCreation,
  planDeletion,
  planUpdate,
} from "../../../admin/resources/change-resources.ts";
import type { ChangeOutcome, DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { findResource, listResources } from "../../../admin/resources/read-resources.ts";
import {
  type ResourceContext,
  type ResourceKind,
  refusal,
  withArticle,
} from "../../../admin/resources/resource-kind.ts";
import type { ListName } from "../../../catalog/document-keys.ts";
import { invariant } from "../../../model/result.ts";
import { REVISION_HEADER } from "../revision-header.ts";
import { withMetrics } from "./metrics-of-call.ts";
import { refuse, refuseChange } from "./refusals.ts";
import {
  answerSchema,
  bodySchema,
  IdArraySchema,
  listQuerySchema,
  listSchema,
  objectQuerySchema,
  refusalSchemas,
} from "./resource-schemas.ts";

export type ResourceCall = "list" | "create" | "read" | "update" | "delete" | "bulk-delete";

export interface ResourceOptions {
  readonly desk: DefinitionDesk;
  /** Where objects have numbers. */
  readonly measuring?: MetricsDesk;
  /** Calls that the resource has in a form of its own, or not at all. */
  readonly without?: readonly ResourceCall[];
}

interface ById {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}

/** Rights are asked object by object; the partner is that of the call. */
export const WITH_RIGHTS = { config: { access: { needs: "rights" } } } as const;
/** The same for a call that changes nothing though it has a body. */
export const READING = { config: { access: { needs: "rights", reads: true } } } as const;
export const OF_INSTALLATION = { config: { access: { needs: "installation" } } } as const;

export function addResource<Name extends ListName>(
  app: FastifyInstance,
  kind: ResourceKind<Name>,
  { desk, measuring, without = [] }: ResourceOptions,
): void {
  const parts = { kind, desk, measuring: measuring ?? null, base: `/v1/${kind.path}` };
  for (const [call, add] of Object.entries(CALLS)) {
    // The table names each call.
    if (!without.includes(call as ResourceCall)) add(app, parts);
  }
}

interface ResourceParts<Name extends ListName> {
  readonly kind: ResourceKind<Name>;
  readonly desk: DefinitionDesk;
  readonly measuring: MetricsDesk | null;
  readonly base: string;
}

type AddCall = <Name extends ListName>(app: FastifyInstance, parts: ResourceParts<Name>) => void;

const CALLS: Readonly<Record<ResourceCall, AddCall>> = {
  list: addList,
  create: addCreation,
  read: addReading,
  update: addUpdate,
  delete: addDeletion,
  "bulk-delete": addBulkDeletion,
};

function addList<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, measuring, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `List ${kind.noun}s`, {
    querystring: listQuerySchema(described(kind)),
    response: { 200: listSchema(described(kind)), ...refusalSchemas(400, 403) },
  });
  app.get<{ Querystring: Query }>(base, schema, async (request, reply) => {
    const read = await contextOf(desk, request, reply);
    const context = await withMetrics(read, measuring, { request, reply });
    const listed = listResources(kind, request.query, context);
    return listed.ok ? listed.value : refuse(reply, listed.error);
  });
}

function addCreation<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `Create ${withArticle(kind.noun)}`, {
    body: bodySchema(described(kind)),
    response: { 201: answerSchema(described(kind)), ...refusalSchemas(400, 403, 404, 409) },
  });
  app.post(base, schema, async (request, reply) => {
    const outcome = await desk.change(askerOf(request), (context) =>
      planCreation(kind, request.body, context),
    );
    return answerChange(kind, { reply, outcome, status: 201 });
  });
}

function addReading<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, measuring, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `Read ${withArticle(kind.noun)}`, {
    querystring: objectQuerySchema(described(kind)),
    response: { 200: answerSchema(described(kind)), ...refusalSchemas(400, 403, 404) },
  });
  app.get<ById>(`${base}/:id`, schema, async (request, reply) => {
    const read = await contextOf(desk, request, reply);
    const context = await withMetrics(read, measuring, { request, reply });
    const { params, query, headers } = request;
    const found = findResource(kind, { given: params.id, query }, context);
    if (!found.ok) return refuse(reply, found.error);
    const { shown, etag } = found.value;
    reply.header("etag", etag);
    // Numbers change while the object stays as it is.
    if (headers["if-none-match"] === etag && context.metrics === undefined)
      return reply.code(304).send();
    return shown;
  });
}

function addUpdate<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `Replace ${withArticle(kind.noun)}`, {
    body: bodySchema(described(kind)),
    response: { 200: answerSchema(described(kind)), ...refusalSchemas(400, 403, 404, 409, 412) },
  });
  app.put<ById>(`${base}/:id`, schema, async (request, reply) => {
    const call = { given: request.params.id, body: request.body, ifMatch: ifMatchOf(request) };
    const outcome = await desk.change(askerOf(request), (context) =>
      planUpdate(kind, call, context),
    );
    return answerChange(kind, { reply, outcome, status: 200 });
  });
}

function addDeletion<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `Delete ${withArticle(kind.noun)}`, {
    response: { 204: { type: "null" }, ...refusalSchemas(403, 404, 409, 412) },
  });
  app.delete<ById>(`${base}/:id`, schema, async (request, reply) => {
    const call = { given: [request.params.id], ifMatch: ifMatchOf(request) };
    const outcome = await desk.change(askerOf(request), (context) =>
      planDeletion(kind, call, context),
    );
    return answerDeletion(reply, outcome);
  });
}

function addBulkDeletion<Name extends ListName>(
  app: FastifyInstance,
  { kind, desk, base }: ResourceParts<Name>,
): void {
  const schema = describeCall(kind, `Delete several ${kind.noun}s, or none`, {
    body: IdArraySchema,
    response: { 204: { type: "null" }, ...refusalSchemas(400, 403, 404, 409) },
  });
  app.post(`${base}/bulk-delete`, schema, async (request, reply) => {
    const ids = readIds(request.body);
    if (ids === null) return refuse(reply, NO_IDS);
    const outcome = await desk.change(askerOf(request), (context) =>
      planDeletion(kind, { given: ids, ifMatch: null }, context),
    );
    return answerDeletion(reply, outcome);
  });
}

/** What is described does not depend on the types of the objects. */
function described<Name extends ListName>(kind: ResourceKind<Name>): ResourceKind<ListName> {
  return kind as unknown as ResourceKind<ListName>;
}

export function describeCall(
  { path, ownedBy }: Pick<ResourceKind, "path" | "ownedBy">,
  summary: string,
  schema: object,
): RouteShorthandOptions {
  const access = ownedBy === "installation" ? OF_INSTALLATION : WITH_RIGHTS;
  return { ...access, schema: { tags: [path], summary, ...schema } };
}

/** Nobody's ID: what belongs to the installation belongs to no partner. */
const NO_PARTNER = 0;

export function askerOf({ caller, partnerId, routeOptions }: FastifyRequest) {
  if (routeOptions.config.access?.needs === "installation") return { caller, pid: NO_PARTNER };
  invariant(partnerId !== null, "a route of resources is called for a partner");
  return { caller, pid: partnerId };
}

/** The definitions in force; the answer says which they are. */
export async function contextOf(
  desk: DefinitionDesk,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<ResourceContext> {
  const context = await desk.read(askerOf(request));
  reply.header(REVISION_HEADER, context.view.revision);
  return context;
}

export function ifMatchOf({ headers }: FastifyRequest): string | null {
  return headers["if-match"] ?? null;
}

/** Most IDs that one call may name. */
const MAX_IDS = 10_000;

export const NO_IDS = refusal("bad-request", `Expected a list of 1 to ${MAX_IDS} IDs.`, [
  { at: "", code: "E_TYPE", message: `Expected a list of 1 to ${MAX_IDS} IDs.` },
]);

/** IDs are numbers; clients that send their digits as texts are understood. */
export function readIds(body: unknown): readonly string[] | null {
  if (!Array.isArray(body) || body.length === 0 || body.length > MAX_IDS) return null;
  const areTexts = body.every(
    (each: unknown) => typeof each === "number" || typeof each === "string",
  );
  // What is no text is not made one: it may be a thousand lists in one another.
  const ids = areTexts ? body.map(String) : [];
  return areTexts && ids.every((each) => /^[0-9]{1,15}$/.test(each)) ? ids : null;
}

interface ChangeAnswer {
  readonly reply: FastifyReply;
  readonly outcome: ChangeOutcome;
  readonly status: 200 | 201;
}

/** The object as it is now. */
export function answerChange<Name extends ListName>(
  kind: ResourceKind<Name>,
  { reply, outcome, status }: ChangeAnswer,
): unknown {
  if (outcome.kind !== "changed") return refuseChange(reply, outcome);
  const { context, target } = outcome;
  invariant(target !== null, "a change of one object has one target");
  const found = findResource(kind, { given: String(target.id), query: {} }, context);
  reply.header(REVISION_HEADER, context.view.revision).code(status);
  if (status === 201) reply.header("location", `/v1/${kind.path}/${target.id}`);
  // Whoever may write may not always read.
  if (!found.ok) return {};
  reply.header("etag", found.value.etag);
  return found.value.shown;
}

export function answerDeletion(reply: FastifyReply, outcome: ChangeOutcome): FastifyReply {
  if (outcome.kind !== "changed") return refuseChange(reply, outcome);
  return reply.header(REVISION_HEADER, outcome.context.view.revision).code(204).send();
}
