// Bodies are JSON. They are read here rather than by Fastify, because an empty body is none whatever its
// type says, and because a workspace stays text: it is parsed apart, where it holds up nobody.

import type { FastifyInstance, FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The body reaches the route as text. */
    readonly bodyAsText?: true;
  }
}

/** The body is not JSON. */
export class MalformedJson extends Error {
  override readonly name = "MalformedJson";
}

export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "string" },
    async (request: FastifyRequest, text: string): Promise<unknown> => {
      if (request.routeOptions.config.bodyAsText) return text;
      if (text.trim() === "") return undefined;
      try {
        return JSON.parse(text);
      } catch {
        // The parser's own message quotes the body, which belongs in no answer and no log.
        throw new MalformedJson("The body is not JSON.");
      }
    },
  );
}
