// `/v1/revisions/`: what was published before, what lies between two revisions, and the way back.

import type { FastifyInstance, FastifyReply } from "fastify";
import type { NodeControl } from "../../../admin/node-control.ts";
import { type Query, QueryReading } from "../../../admin/resources/list-options.ts";
import { refusal } from "../../../admin/resources/resource-kind.ts";
import { diffRevisions } from "../../../admin/revisions.ts";
import type { Revision } from "../../../catalog/definition-store.ts";
import { answerList, READ_ONLY } from "../list-answer.ts";
import { answerPublication, PublishedSchema } from "../workspace-routes.ts";
import { describeCall, ifMatchOf } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import { LIST_OPTIONS, listSchemaOf, refusalSchemas } from "./resource-schemas.ts";

const KIND = { path: "revisions", ownedBy: "installation" } as const;
const BASE = "/v1/revisions";

const integer = { type: "integer" };
const SUMMARY_KEYS = {
  revision: integer,
  at: { type: ["integer", "null"], description: "Milliseconds since the epoch." },
  by: { type: ["string", "null"] },
  note: { type: ["string", "null"] },
};
const SummarySchema = { type: "object", properties: SUMMARY_KEYS };
const DiffSchema = {
  type: "object",
  properties: {
    ...{ from: integer, to: integer, changes: { type: "object", additionalProperties: true } },
    objects: { type: "array", items: { type: "object", additionalProperties: true } },
    objectsLeftOut: integer,
  },
};

interface Numbered {
  readonly Params: { readonly n: string; readonly m: string };
  readonly Querystring: Query;
}

type Parts = Pick<NodeControl, "revisions" | "publish">;

export function addRevisionRoutes(app: FastifyInstance, { revisions, publish }: Parts): void {
  const list = describeCall(KIND, "The revisions that are kept, the newest first", {
    querystring: { type: "object", properties: LIST_OPTIONS },
    response: { 200: listSchemaOf(SummarySchema), ...refusalSchemas(400) },
  });
  app.get<{ Querystring: Query }>(BASE, list, async (request, reply) => {
    const items = await revisions.list();
    const keys = Object.keys(SUMMARY_KEYS);
    return answerList(reply, request.query, { items, keys, permissionsOn: READ_ONLY });
  });

  const one = describeCall(KIND, "A revision with all its definitions", {
    querystring: { type: "object", properties: { summary: { type: "boolean" } } },
    response: {
      200: { type: "object", properties: { ...SUMMARY_KEYS, document: { type: "object" } } },
      ...refusalSchemas(400, 404),
    },
  });
  app.get<Numbered>(`${BASE}/:n`, one, async ({ params, query }, reply) => {
    const reading = new QueryReading(query);
    const wantsSummary = reading.flag("summary");
    if (reading.faults.length > 0) {
      return refuse(reply, refusal("bad-request", "Expected a flag.", reading.faults));
    }
    const summary = (await revisions.list()).find(({ revision }) => String(revision) === params.n);
    if (summary === undefined) return notKept(reply, params.n);
    if (wantsSummary) return summary;
    const found = await find(revisions, params.n);
    if (found === null) return notKept(reply, params.n);
    // It is kept as JSON text, and is sent as it is kept.
    const begun = JSON.stringify(summary).slice(0, -1);
    return reply
      .type("application/json; charset=utf-8")
      .serializer((text: string) => text)
      .send(`${begun},"document":${found.document}}`);
  });

  const diff = describeCall(KIND, "What lies between two revisions, object by object", {
    response: { 200: DiffSchema, ...refusalSchemas(404) },
  });
  app.get<Numbered>(`${BASE}/:n/diff/:m`, diff, async ({ params }, reply) => {
    const from = await find(revisions, params.n);
    const to = await find(revisions, params.m);
    if (from === null) return notKept(reply, params.n);
    return to === null ? notKept(reply, params.m) : diffRevisions(from, to);
  });

  const restore = describeCall(KIND, "Publish an earlier revision anew", {
    description: "Answers as `PUT /v1/workspace` does. What is kept beside the definitions stays.",
    response: { 200: PublishedSchema, ...refusalSchemas(400, 404, 412, 500) },
  });
  app.post<Numbered>(`${BASE}/:n/restore`, restore, async (request, reply) => {
    const { params, caller } = request;
    const found = await find(revisions, params.n);
    if (found === null) return notKept(reply, params.n);
    const ifMatch = ifMatchOf(request);
    const note = `Restores revision ${found.revision}.`;
    return answerPublication(reply, await publish(found.document, caller, { note, ifMatch }));
  });
}

async function find(revisions: Parts["revisions"], given: string): Promise<Revision | null> {
  return /^[1-9][0-9]{0,14}$/.test(given) ? revisions.read(Number(given)) : null;
}

function notKept(reply: FastifyReply, given: string): FastifyReply {
  const detail = `There is no revision ${given.slice(0, 20)}, or it is kept no longer.`;
  return refuse(reply, refusal("not-found", detail));
}
