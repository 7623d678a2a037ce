// Lists of what is no resource with a table of keys, answered with the options that all lists have.

import type { FastifyReply } from "fastify";
import {
  listPlain,
  type Page,
  type PlainList,
  type Query,
} from "../../admin/resources/list-options.ts";
import { problem, sendProblem } from "./problems.ts";

export function answerList<T extends object>(
  reply: FastifyReply,
  query: Query,
  list: PlainList<T>,
): FastifyReply | readonly object[] | Page<object> {
  const listed = listPlain(query, list);
  if (listed.ok) return listed.value;
  const detail = "The options of the list are not as expected.";
  return sendProblem(reply, problem(400, detail, listed.error));
}

/** What may be done to what the server says and nobody changes. */
export const READ_ONLY = () => ["READ"] as const;
