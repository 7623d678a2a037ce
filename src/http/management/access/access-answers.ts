// Outcomes of orders about users, groups and tokens as answers, and what their routes have in common.

import type { FastifyReply, FastifyRequest } from "fastify";
import { type TObject, type TSchema, Type } from "typebox";
import type { AccessFault } from "../../../access/access-fault.ts";
import type { Order } from "../../../access/users.ts";
import {
  applyListOptions,
  type Page,
  type Query,
  QueryReading,
  readListOptions,
} from "../../../admin/resources/list-options.ts";
import { invariant, type Result } from "../../../model/result.ts";
import { type Problem, ProblemSchema, problem, sendProblem } from "../problems.ts";

const STATUSES: Readonly<Record<AccessFault["kind"], number>> = {
  invalid: 400,
  forbidden: 403,
  unknown: 404,
  conflict: 409,
  limit: 409,
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

export function orderOf({ caller, partnerId }: FastifyRequest): Order {
  invariant(partnerId !== null, "a route that needs a role has its partner");
  return { caller, pid: partnerId };
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
  pid: Type.Optional(
    Type.String({ description: "The partner, where the caller has to do with several." }),
  ),
} as const;

export const ListQuery = Type.Object(LIST_QUERY, { additionalProperties: false });
export const UserListQuery = Type.Object(
  { ...LIST_QUERY, groupId: Type.Optional(Several) },
  { additionalProperties: false },
);
export const PartnerQuery = Type.Object({ pid: LIST_QUERY.pid }, { additionalProperties: false });

/** The bare list, or a page of it. */
export function listSchema(item: TSchema) {
  const list = Type.Array(item);
  const count = Type.Integer();
  return Type.Union([list, Type.Object({ total: count, page: count, pageSize: count, list })]);
}

export function listAnswer<T extends object>(
  reply: FastifyReply,
  items: readonly T[],
  { query, schema }: { readonly query: Query; readonly schema: TObject },
): FastifyReply | readonly T[] | Page<T> {
  const options = readListOptions(query, Object.keys(schema.properties));
  if (!options.ok) {
    return sendProblem(
      reply,
      problem(400, "The options of the list are not as expected.", options.error),
    );
  }
  return applyListOptions(items, options.value, (item) => item);
}

/** The values of a parameter that may be given more than once; null where one is no ID. */
export function idsOf(query: Query, name: string): readonly number[] | null {
  const reading = new QueryReading(query);
  const ids = reading.ids(name);
  return reading.faults.length > 0 ? null : ids;
}

export const Ids = Type.Array(Type.Integer({ minimum: 1 }), { minItems: 1, maxItems: 1_000 });

export function refusals<const Status extends number>(
  ...statuses: readonly Status[]
): Record<Status, typeof ProblemSchema> {
  // Every status has its entry.
  return Object.fromEntries(statuses.map((status) => [status, ProblemSchema])) as Record<
    Status,
    typeof ProblemSchema
  >;
}
