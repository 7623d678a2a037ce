// Bodies are JSON; of logins, forms as well; of bulk calls, sheets. They are read here rather than by Fastify, because an empty body
// is none whatever its type says, and because a workspace stays text: it is parsed apart, where it holds up
// nobody.

import { errorCodes, type FastifyInstance, type FastifyRequest } from "fastify";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The body reaches the route as text. */
    readonly bodyAsText?: true;
    /** The body may be a form; it reaches the route as an object of texts. */
    readonly acceptsForm?: true;
    /** The body is a sheet, which reaches the route as text; of another type it reaches it as null. */
    readonly acceptsCsv?: true;
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
      if (request.routeOptions.config.acceptsCsv) return null;
      if (text.trim() === "") return undefined;
      try {
        return JSON.parse(text);
      } catch {
        // The parser's own message quotes the body, which belongs in no answer and no log.
        throw new MalformedJson("The body is not JSON.");
      }
    },
  );
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    async ({ routeOptions }: FastifyRequest, text: string): Promise<unknown> => {
      if (!routeOptions.config.acceptsForm) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE();
      return Object.fromEntries(new URLSearchParams(text));
    },
  );
  app.addContentTypeParser(
    "text/csv",
    { parseAs: "string" },
    async ({ routeOptions }: FastifyRequest, text: string): Promise<unknown> => {
      if (!routeOptions.config.acceptsCsv) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE();
      return text;
    },
  );
}
