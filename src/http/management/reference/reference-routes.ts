// `/reference`: the description of the API for people. Open: it says nothing that the documentation does not.

import { createHash } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { type ApiDescription, renderReference } from "./render-reference.ts";
import { STYLE } from "./style.ts";

const STYLE_HASH = createHash("sha256").update(STYLE, "utf8").digest("base64");
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${STYLE_HASH}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

export function addReferenceRoute(app: FastifyInstance, describe: () => ApiDescription): void {
  let page: string | null = null;
  app.get(
    "/reference",
    { config: { access: { needs: "nothing" } }, schema: { hide: true } },
    async (_request, reply) => {
      // The routes stand when the first call comes.
      page ??= renderReference(describe());
      return reply
        .type("text/html; charset=utf-8")
        .headers({ "content-security-policy": POLICY, "referrer-policy": "no-referrer" })
        .send(page);
    },
  );
}
