// The trees of folders, whose root is nobody's object ("Management API, reports and UI", Folders).

import type { FastifyInstance } from "fastify";
import type { DefinitionDesk } from "../../../admin/resources/definition-desk.ts";
import { findFolder, folderTree } from "../../../admin/resources/folder-tree.ts";
import { SEGMENT_FOLDERS, TRAIT_FOLDERS } from "../../../admin/resources/kinds/folders.ts";
import type { Query } from "../../../admin/resources/list-options.ts";
import { addResource, contextOf, describeCall } from "./add-resource.ts";
import { refuse } from "./refusals.ts";
import {
  answerSchema,
  LIST_OPTIONS,
  listSchema,
  PARTNER,
  refusalSchemas,
} from "./resource-schemas.ts";

export function addFolderRoutes(app: FastifyInstance, desk: DefinitionDesk): void {
  for (const kind of [TRAIT_FOLDERS, SEGMENT_FOLDERS] as const) {
    // The list is a tree, and the root can be read.
    if (kind.list === "folders") addResource(app, kind, { desk, without: ["list", "read"] });
    else addResource(app, kind, { desk, without: ["list", "read"] });
    const base = `/v1/${kind.path}`;
    const flag = { type: "boolean" };

    const tree = describeCall(kind, "The whole tree of folders", {
      querystring: {
        type: "object",
        properties: {
          ...LIST_OPTIONS,
          ...{ includeThirdParty: flag, dataSourceId: { type: "integer" }, ...PARTNER },
        },
      },
      response: { 200: listSchema(kind), ...refusalSchemas(400) },
    });
    app.get<{ Querystring: Query }>(base, tree, async (request, reply) => {
      const context = await contextOf(desk, request, reply);
      const shown = folderTree(kind.list, request.query, context);
      return shown.ok ? shown.value : refuse(reply, shown.error);
    });

    const one = describeCall(kind, "Read a folder", {
      querystring: { type: "object", properties: { includeSubFolders: flag, ...PARTNER } },
      response: { 200: answerSchema(kind), ...refusalSchemas(400, 404) },
    });
    app.get<{ Params: { id: string }; Querystring: Query }>(
      `${base}/:id`,
      one,
      async (request, reply) => {
        const context = await contextOf(desk, request, reply);
        const { params, query } = request;
        const found = findFolder(kind.list, { given: params.id, query }, context);
        if (!found.ok) return refuse(reply, found.error);
        const { shown, etag } = found.value;
        if (etag === null) return shown;
        reply.header("etag", etag);
        return request.headers["if-none-match"] === etag ? reply.code(304).send() : shown;
      },
    );
  }
}
