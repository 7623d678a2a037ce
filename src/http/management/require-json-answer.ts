import type { FastifyInstance } from "fastify";
import { problem, sendProblem } from "./problems.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The answer may be lines of JSON. */
    readonly givesLines?: true;
    /** The answer is a sheet. */
    readonly givesCsv?: true;
  }
}

/** One of the media types that an answer of the API can have. */
const ACCEPTS_JSON = /(?:^|,)\s*(?:\*\/\*|application\/(?:\*|json|problem\+json))\s*(?:;|,|$)/i;
const ACCEPTS_CSV = /(?:^|,)\s*text\/(?:\*|csv)\s*(?:;|,|$)/i;
const ACCEPTS_LINES = /(?:^|,)\s*application\/x-ndjson\s*(?:;|,|$)/i;

/** Whoever wants something else than JSON is told so, rather than sent what they cannot read. */
export function requireJsonAnswer(app: FastifyInstance): void {
  app.addHook("onRequest", async (request, reply) => {
    const { accept } = request.headers;
    // Without a word on it, anything will do.
    if (accept === undefined || accept.trim() === "" || !request.url.startsWith("/v1/")) return;
    if (ACCEPTS_JSON.test(accept)) return;
    if (request.routeOptions.config.givesCsv && ACCEPTS_CSV.test(accept)) return;
    if (request.routeOptions.config.givesLines && ACCEPTS_LINES.test(accept)) return;
    return sendProblem(reply, problem(406, "Answers are JSON: expected Accept: application/json."));
  });
}
