// Which segments a destination is told of ("Management API, reports and UI", Destinations and mappings).

import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ChangeOutcome, DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { MAPPING_KEYS } from "../../../admin/resources/destinations/mapping-keys.ts";
import {
  type PlannedMappings,
  planMappingDeletion,
  planMappings,
  planMappingUpdate,
} from "../../../admin/resources/destinations/plan-mappings.ts";
import {
  type FoundMapping,
  findMapping,
  listMappings,
} from "../../../admin/resources/destinations/read-mappings.ts";
import { DESTINATIONS } from "../../../admin/resources/kinds/destinations.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import {
  type Refusal,
  type ResourceContext,
  refusal,
} from "../../../admin/resources/resource-kind.ts";
import type { Result } from "../../../model/result.ts";
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
  listSchema,
  PARTNER,
  refusalSchemas,
} from "./resource-schemas.ts";

const BASE = "/v1/destinations/:id";
/** Most mappings that one call may make. */
const MAX_MAPPINGS = 10_000;

const Answer = answerSchema({ keys: MAPPING_KEYS });
const Body = bodySchema({ keys: MAPPING_KEYS });

interface OfDestination {
  readonly Params: { readonly id: string };
  readonly Querystring: Query;
}
interface OfMapping {
  readonly Params: { readonly id: string; readonly mappingId: string };
}

export function addMappingRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  addReadings(app, desk);
  addCreations(app, desk);
  addUpdates(app, desk);
  addDeletions(app, desk);
}

function addReadings(app: FastifyInstance, desk: DefinitionDesk): void {
  const list = describeCall(DESTINATIONS, "List the mappings of a destination", {
    querystring: { type: "object", properties: PARTNER },
    response: { 200: listSchema({ keys: MAPPING_KEYS }), ...refusalSchemas(400, 403, 404) },
  });
  app.get<OfDestination>(`${BASE}/mappings`, list, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    const { params, query } = request;
    const listed = listMappings({ given: params.id, query }, context);
    return listed.ok ? listed.value : refuse(reply, listed.error);
  });

  const one = describeCall(DESTINATIONS, "Read a mapping", {
    response: { 200: Answer, ...refusalSchemas(403, 404) },
  });
  app.get<OfMapping>(`${BASE}/mappings/:mappingId`, one, async (request, reply) => {
    const context = await contextOf(desk, request, reply);
    const { id, mappingId } = request.params;
    const found = findMapping({ destination: id, mapping: mappingId }, context);
    if (!found.ok) return refuse(reply, found.error);
    const { shown, etag } = found.value;
    reply.header("etag", etag);
    return request.headers["if-none-match"] === etag ? reply.code(304).send() : shown;
  });
}

function addCreations(app: FastifyInstance, desk: DefinitionDesk): void {
  const creation = describeCall(DESTINATIONS, "Map a segment", {
    body: Body,
    response: { 201: Answer, ...refusalSchemas(400, 403, 404, 409) },
  });
  // The second is the documented path of serialized URL destinations.
  for (const path of ["mappings", "traits"]) {
    app.post<OfDestination>(`${BASE}/${path}`, creation, async (request, reply) => {
      const plan = (context: ResourceContext) =>
        planMappings(request.params.id, [request.body], context);
      const made = await changeMappings(desk, request, plan);
      if (made.found === null) return refuseMappings(reply, made.outcome);
      const [first] = made.found;
      const { id } = request.params;
      reply.header("location", `/v1/destinations/${id}/mappings/${made.mappingIds[0]}`);
      return answerMapping(reply.code(201), made.outcome, first);
    });
  }

  const several = describeCall(DESTINATIONS, "Map several segments, or none", {
    body: { type: "array", items: Body, minItems: 1, maxItems: MAX_MAPPINGS },
    response: {
      201: { type: "array", items: Answer },
      ...refusalSchemas(400, 403, 404, 409),
    },
  });
  app.post<OfDestination>(`${BASE}/bulk-create`, several, async (request, reply) => {
    const bodies: unknown = request.body;
    if (!Array.isArray(bodies) || bodies.length === 0 || bodies.length > MAX_MAPPINGS) {
      const detail = `Expected a list of 1 to ${MAX_MAPPINGS} mappings.`;
      return refuse(reply, refusal("bad-request", detail));
    }
    const plan = (context: ResourceContext) => planMappings(request.params.id, bodies, context);
    const made = await changeMappings(desk, request, plan);
    if (made.found === null) return refuseMappings(reply, made.outcome);
    reply.header(REVISION_HEADER, made.outcome.context.view.revision).code(201);
    return made.found.map((each) => (each.ok ? each.value.shown : {}));
  });
}

function addUpdates(app: FastifyInstance, desk: DefinitionDesk): void {
  const update = describeCall(DESTINATIONS, "Replace a mapping", {
    body: Body,
    response: { 200: Answer, ...refusalSchemas(400, 403, 404, 409, 412) },
  });
  const change = async (
    request: FastifyRequest,
    reply: FastifyReply,
    named: { readonly destination: string | null; readonly mapping: string },
  ): Promise<unknown> => {
    const call = { ...named, body: request.body, ifMatch: ifMatchOf(request) };
    const plan = (context: ResourceContext) => planMappingUpdate(call, context);
    const made = await changeMappings(desk, request, plan);
    if (made.found === null) return refuseMappings(reply, made.outcome);
    return answerMapping(reply, made.outcome, made.found[0]);
  };
  app.put<OfMapping>(`${BASE}/mappings/:mappingId`, update, (request, reply) => {
    const { id, mappingId } = request.params;
    return change(request, reply, { destination: id, mapping: mappingId });
  });
  const documented = describeCall(DESTINATIONS, "Replace a mapping, by its ID alone", {
    description: "Refused where a workspace gave several destinations a mapping of this ID.",
    body: Body,
    response: { 200: Answer, ...refusalSchemas(400, 403, 404, 409, 412) },
  });
  app.put<OfMapping>("/v1/destinations/mappings/:mappingId", documented, (request, reply) =>
    change(request, reply, { destination: null, mapping: request.params.mappingId }),
  );
}

function addDeletions(app: FastifyInstance, desk: DefinitionDesk): void {
  const deletion = describeCall(DESTINATIONS, "Delete a mapping", {
    response: { 204: { type: "null" }, ...refusalSchemas(403, 404, 412) },
  });
  // The second is the documented path; it names a mapping, in spite of its word.
  for (const path of ["mappings", "segments"]) {
    app.delete<OfMapping>(`${BASE}/${path}/:mappingId`, deletion, async (request, reply) => {
      const { id, mappingId } = request.params;
      const call = { destination: id, mappings: [mappingId], ifMatch: ifMatchOf(request) };
      const outcome = await desk.change(askerOf(request), (context) =>
        planMappingDeletion(call, context),
      );
      return answerDeletion(reply, outcome);
    });
  }

  const several = describeCall(DESTINATIONS, "Delete several mappings, or none", {
    body: IdArraySchema,
    response: { 204: { type: "null" }, ...refusalSchemas(400, 403, 404) },
  });
  app.post<OfDestination>(`${BASE}/mappings/bulk-delete`, several, async (request, reply) => {
    const ids = readIds(request.body);
    if (ids === null) return refuse(reply, NO_IDS);
    const call = { destination: request.params.id, mappings: ids, ifMatch: null };
    const outcome = await desk.change(askerOf(request), (context) =>
      planMappingDeletion(call, context),
    );
    return answerDeletion(reply, outcome);
  });
}

type Changed = Extract<ChangeOutcome, { readonly kind: "changed" }>;
type Found = Result<FoundMapping, Refusal>;
type MadeMappings =
  | {
      readonly outcome: Changed;
      readonly mappingIds: readonly number[];
      /** As they are now, in the order of the call; one that the caller may not read is refused. */
      readonly found: readonly Found[];
    }
  | { readonly outcome: Exclude<ChangeOutcome, Changed>; readonly found: null };

async function changeMappings(
  desk: DefinitionDesk,
  request: FastifyRequest,
  plan: (context: ResourceContext) => Result<PlannedMappings, Refusal>,
): Promise<MadeMappings> {
  let made: Pick<PlannedMappings, "destinationId" | "mappingIds"> | null = null;
  const outcome = await desk.change(askerOf(request), (context) => {
    const planned = plan(context);
    made = planned.ok ? planned.value : null;
    return planned;
  });
  if (outcome.kind !== "changed") return { outcome, found: null };
  const { destinationId, mappingIds } = plannedOf(made);
  const destination = String(destinationId);
  const found = mappingIds.map((id) =>
    findMapping({ destination, mapping: String(id) }, outcome.context),
  );
  return { outcome, mappingIds, found };
}

type Made = Pick<PlannedMappings, "destinationId" | "mappingIds">;

/** What was carried out was planned. */
function plannedOf(made: Made | null): Made {
  return made ?? { destinationId: 0, mappingIds: [] };
}

function refuseMappings(reply: FastifyReply, outcome: ChangeOutcome): FastifyReply {
  return outcome.kind === "changed" ? reply : refuseChange(reply, outcome);
}

/** Whoever may write may not always read. */
function answerMapping(reply: FastifyReply, outcome: Changed, found: Found | undefined): unknown {
  reply.header(REVISION_HEADER, outcome.context.view.revision);
  if (found === undefined || !found.ok) return {};
  reply.header("etag", found.value.etag);
  return found.value.shown;
}
