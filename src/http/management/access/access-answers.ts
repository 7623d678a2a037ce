// Outcomes of orders about users, groups and tokens as answers, and what their routes have in common.

import type { FastifyReply, FastifyRequest } from "fastify";
import { type Static, type TObject, Type } from "typebox";
import type { AccessFault } from "../../../access/access-fault.ts";
import type { Permission } from "../../../access/caller.ts";
import { etagOfState } from "../../../access/etag.ts";
import type { Order } from "../../../access/users.ts";
import {
  OBJECT_PERMISSIONS,
  type Page,
  type Query,
  QueryReading,
} from "../../../admin/resources/list-options.ts";
import { invariant, type Result } from "../../../model/result.ts";
import { answerList } from "../list-answer.ts";
import { type Problem, ProblemSchema, problem, sendProblem } from "../problems.ts";

const STATUSES: Readonly<Record<AccessFault["kind"], number>> = {
  invalid: 400,
  forbidden: 403,
  unknown: 404,
  conflict: 409,
  limit: 409,
  stale: 412,
  busy: 503,
};

export function problemOf(fault: AccessFault): Problem {
  const faults = "faults" in fault ? fault.faults : undefined;
  const plain = problem(STATUSES[fault.kind], fault.message, faults);
  return fault.kind === "limit" ? { ...plain, error: "limit_exceeded" } : plain;
}

export function answer<T>(
  reply: FastifyReply,
  outcome: Result<T, AccessFault>,
  status = 200,
): T | FastifyReply {
  if (!outcome.ok) return sendProblem(reply, problemOf(outcome.error));
  if (status === 204) return reply.code(204).send();
  reply.code(status);
  return outcome.value;
}

/** An object as it is, with which state of it that is; 304 where the caller knows it already. */
export function answerObject<T extends object>(
  reply: FastifyReply,
  outcome: Result<T, AccessFault>,
  made?: { readonly location: string },
): T | FastifyReply {
  if (!outcome.ok) return answer(reply, outcome);
  const etag = etagOfState(outcome.value);
  reply.header("etag", etag);
  if (made !== undefined) reply.code(201).header("location", made.location);
  const { method, headers } = reply.request;
  if (method === "GET" && headers["if-none-match"] === etag) return reply.code(304).send();
  return outcome.value;
}

export function orderOf({ caller, partnerId, headers }: FastifyRequest): Order {
  invariant(partnerId !== null, "a route that needs a role has its partner");
  return { caller, pid: partnerId, ifMatch: headers["if-match"] ?? null };
}

/** An ID in a path; of what is none, nothing is found. */
export function idOf(text: string): number {
  return /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

const Several = Type.Union([Type.String(), Type.Array(Type.String())]);

export const LIST_QUERY = {
  ...{ page: Type.Optional(Several), pageSize: Type.Optional(Several) },
  sortBy: Type.Optional(Several),
  descending: Type.Optional(Several),
  search: Type.Optional(Several),
  ...{ permissions: Type.Optional(Several), includePermissions: Type.Optional(Several) },
  pid: Type.Optional(
    Type.String({ description: "The partner, where the caller has to do with several." }),
  ),
} as const;

/** As of other lists: an option that is unknown changes nothing. */
export const ListQuery = Type.Object(LIST_QUERY);
export const UserListQuery = Type.Object({ ...LIST_QUERY, groupId: Type.Optional(Several) });
export const PartnerQuery = Type.Object({ pid: LIST_QUERY.pid }, { additionalProperties: false });

/** The bare list, or a page of it. */
export function listSchema(item: TObject) {
  const permissions = Type.Optional(
    Type.Array(Type.String(), { description: "With `includePermissions`." }),
  );
  const list = Type.Array(Type.Object({ ...item.properties, permissions }));
  const count = Type.Integer();
  return Type.Union([list, Type.Object({ total: count, page: count, pageSize: count, list })]);
}

export function listAnswer<T extends object>(
  reply: FastifyReply,
  items: readonly T[],
  { query, schema, permissions = OBJECT_PERMISSIONS }: ListAnswer,
): FastifyReply | readonly T[] | Page<T> {
  const keys = Object.keys(schema.properties);
  // What is shown of each is itself, and what the caller may do with it.
  return answerList(reply, query, { items, keys, permissionsOn: () => permissions }) as Page<T>;
}

export interface ListAnswer {
  readonly query: Query;
  readonly schema: TObject;
  /** What those who get the list may do to each object of it; everything if left out. */
  readonly permissions?: readonly Permission[];
}

/** The values of a parameter that may be given more than once; null where one is no ID. */
export function idsOf(query: Query, name: string): readonly number[] | null {
  const reading = new QueryReading(query);
  const ids = reading.ids(name);
  return reading.faults.length > 0 ? null : ids;
}

const Id = Type.Union([Type.Integer({ minimum: 1 }), Type.String({ pattern: "^[0-9]{1,12}$" })], {
  description: "Clients that send digits as texts are understood.",
});
export const Ids = Type.Array(Id, { minItems: 1, maxItems: 1_000 });
export type GivenIds = Static<typeof Ids>;

export function refusals<const Status extends number>(
  ...statuses: readonly Status[]
): Record<Status, typeof ProblemSchema> {
  // Every status has its entry.
  return Object.fromEntries(statuses.map((status) => [status, ProblemSchema])) as Record<
    Status,
    typeof ProblemSchema
  >;
}
