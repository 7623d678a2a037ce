// The partner that a call is about: named in the path, or by `?pid=`, or the only one that it can be.

import type { FastifyRequest } from "fastify";
import { err, ok, type Result } from "../../model/result.ts";
import { type Problem, problem } from "./problems.ts";

export interface CallPartnerOptions {
  /** Whether administrators of the installation may name none, and then mean none. */
  readonly mayBeNone: boolean;
  /** The partners that are defined; null where nobody can say at present. */
  partnerIds(): Promise<readonly number[] | null>;
}

const STRANGER = "The caller has nothing to do with this partner.";

export async function callPartner(
  request: FastifyRequest,
  { mayBeNone, partnerIds }: CallPartnerOptions,
): Promise<Result<number | null, Problem>> {
  const { pids } = request.caller.rights;
  const named = namedPartner(request);
  if (named === null) {
    if (mayBeNone && pids === null) return ok(null);
    const [only, ...others] = pids ?? (await partnerIds()) ?? [];
    if (only !== undefined && others.length === 0) return ok(only);
    if (pids?.length === 0) return err(problem(403, "The caller has to do with no partner."));
    const message = "Expected the ID of a partner: ?pid=<partner>.";
    return err(problem(400, message, [{ at: "/pid", code: "E_MISSING_KEY", message }]));
  }
  if (pids !== null) {
    return named.pid !== null && pids.includes(named.pid)
      ? ok(named.pid)
      : err(problem(403, STRANGER));
  }
  if (named.pid === null && named.isQuery) {
    const message = "Expected a whole number.";
    return err(problem(400, message, [{ at: "/pid", code: "E_VALUE", message }]));
  }
  const defined = await partnerIds();
  if (defined === null) return err(problem(503, "No worker could say which partners there are."));
  return named.pid !== null && defined.includes(named.pid)
    ? ok(named.pid)
    : err(problem(404, "There is no partner with this ID."));
}

/** Null where none is named; `pid` is null where what names it is no ID. */
function namedPartner({ params, query }: FastifyRequest): {
  readonly pid: number | null;
  readonly isQuery: boolean;
} | null {
  const inPath: unknown = Object(params).pid;
  const given: unknown = inPath ?? Object(query).pid;
  if (given === undefined) return null;
  const isId = typeof given === "string" && /^[0-9]{1,15}$/.test(given);
  return { pid: isId ? Number(given) : null, isQuery: inPath === undefined };
}
