// Bodies are JSON; of logins, forms as well; of bulk calls, sheets. They are read here rather than by Fastify, because an empty body
// is none whatever its type says, and because a workspace stays text: it is parsed apart, where it holds up
// nobody.

import { isUtf8 } from "node:buffer";
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

/** The body is not what its type says, or more of it than anybody means. */
export class MalformedBody extends Error {
  override readonly name = "MalformedBody";
}

/** Of lists and objects in one another. Whatever looks at a body level by level needs a bottom. */
const MAX_DEPTH = 100;

/** Levels of a text that is JSON; it ends where there are too many. */
function isTooDeep(json: string): boolean {
  let depth = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) isText = !isText;
    else if (isText) at += Number(code === BACKSLASH);
    else if (OPENING.has(code) && ++depth > MAX_DEPTH) return true;
    else if (CLOSING.has(code)) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/** Of another encoding every umlaut would be kept as a question mark. */
function textOf(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new MalformedBody("Expected the body as UTF-8.");
  // A mark of the byte order is no part of the text.
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString("utf8", hasMark ? 3 : 0);
}

export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async (request: FastifyRequest, bytes: Buffer): Promise<unknown> => {
      const text = textOf(bytes);
      if (request.routeOptions.config.bodyAsText) return text;
      if (request.routeOptions.config.acceptsCsv) return null;
      if (text.trim() === "") return undefined;
      if (isTooDeep(text)) {
        throw new MalformedBody(`Expected at most ${MAX_DEPTH} lists and objects in one another.`);
      }
      try {
        return JSON.parse(text);
      } catch {
        // The parser's own message quotes the body, which belongs in no answer and no log.
        throw new MalformedBody("The body is not JSON.");
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
    { parseAs: "buffer" },
    async ({ routeOptions }: FastifyRequest, bytes: Buffer): Promise<unknown> => {
      if (!routeOptions.config.acceptsCsv) throw new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE();
      return textOf(bytes);
    },
  );
}
