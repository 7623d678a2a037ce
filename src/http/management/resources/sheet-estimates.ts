// How many visitors would be in the segments of a sheet.

import type { FastifyReply } from "fastify";
import type { CountedRule, CountingDesk } from "../../../admin/counting-desk.ts";
import type { ApiObject } from "../../../admin/resources/resource-kind.ts";
import { problemOfCount } from "../count-stream.ts";
import { problem } from "../problems.ts";
import type { RowAnswer } from "./bulk-routes.ts";

export interface EstimatedRow {
  readonly pid: number;
  readonly row: ApiObject;
  /** Once nobody waits for it nothing more is counted. */
  readonly reply: FastifyReply;
}

export async function estimateRow(
  counting: Pick<CountingDesk, "estimate">,
  { pid, row, reply }: EstimatedRow,
): Promise<RowAnswer> {
  const rule = ruleIn(row);
  if (rule === null) return { problem: problem(400, "Expected a segmentRule, or a sid.") };
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  // The sheet's answer says its revision itself.
  const watch = { signal: gone.signal, begin: () => {} };
  const outcome = await counting.estimate({ pid, rule }, watch);
  if (outcome.kind !== "estimated") return { problem: problemOfCount(outcome) };
  return { status: 200, shown: { ...outcome.estimate } };
}

/** A rule that is written counts before the segment that is named. */
function ruleIn({ segmentRule, sid, mergeRuleDataSourceId: rule }: ApiObject): CountedRule | null {
  if (typeof segmentRule === "string") {
    const mergeRuleId = typeof rule === "number" && rule !== 0 ? rule : null;
    return { kind: "typed", segmentRule, mergeRuleId };
  }
  return typeof sid === "number" ? { kind: "saved", sid } : null;
}
