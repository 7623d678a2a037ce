// How much of bodies is held at once. Each body has its limit; many large ones together would have the memory of
// the process that also publishes definitions and counts visitors.

import type { FastifyInstance, FastifyRequest } from "fastify";
import { problem, sendProblem } from "./problems.ts";

/** Bytes, of all large bodies that are under way: two workspaces of the largest size, and some sheets. */
export const MAX_BODY_BYTES_UNDER_WAY = 256 * 1024 * 1024;
/** Bodies up to this size count as nothing: those that everyday calls have. */
const SMALL_BYTES = 64 * 1024;
const RETRY_AFTER_SECONDS = 1;

/** After the hook that asks who calls: whoever is unknown takes no room. */
export function limitBodies(app: FastifyInstance, most: number = MAX_BODY_BYTES_UNDER_WAY): void {
  let underWay = 0;
  app.addHook("onRequest", async (request, reply) => {
    const bytes = bytesToCome(request);
    if (bytes <= SMALL_BYTES) return;
    // One alone may be as large as its call lets it.
    if (underWay > 0 && underWay + bytes > most) {
      reply.header("retry-after", RETRY_AFTER_SECONDS);
      const detail = "Too many large bodies are under way; try again in a moment.";
      return sendProblem(reply, problem(503, detail));
    }
    underWay += bytes;
    reply.raw.once("close", () => {
      underWay -= bytes;
    });
  });
}

/** What does not say how long it is may be as long as its call lets it. */
function bytesToCome({ headers, routeOptions }: FastifyRequest): number {
  const limit = routeOptions.bodyLimit ?? 0;
  if (headers["transfer-encoding"] !== undefined) return limit;
  return Math.min(Number(headers["content-length"] ?? 0), limit);
}
