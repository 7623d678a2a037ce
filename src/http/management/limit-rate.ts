// How often one caller may call the management plane: a bucket each that fills up again within a minute. A script
// that runs away waits, and holds up nobody else.

import type { FastifyInstance } from "fastify";
import { TokenBuckets } from "../../access/token-buckets.ts";
import { problem, sendProblem } from "./problems.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

/**
 * After the hook that asks who calls; calls that are open to everybody are nobody's. `perMinute` is also how many
 * may come at once; null: no limit. `ticks` are milliseconds of a clock that nobody sets.
 */
export function limitRate(
  app: FastifyInstance,
  perMinute: number | null,
  ticks = () => performance.now(),
): void {
  if (perMinute === null) return;
  const buckets = new TokenBuckets({ burst: perMinute, refillMs: MINUTE_MS / perMinute });
  app.addHook("onRequest", async ({ caller, routeOptions }, reply) => {
    if (routeOptions.config.access?.needs === "nothing" || caller.id === "") return;
    const waitMs = buckets.take(`${caller.kind} ${caller.id}`, ticks());
    if (waitMs === 0) return;
    reply.header("retry-after", Math.ceil(waitMs / SECOND_MS));
    return sendProblem(reply, problem(429, "The caller calls too often; try again later."));
  });
}
