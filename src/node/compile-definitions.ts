import type { Workspace } from "@dunlin/contract/workspace";
import { emptyWorkspace } from "../admin/empty-workspace.ts";
import { compileSnapshot } from "../catalog/compile.ts";
import type { Revision } from "../catalog/definition-store.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";

export interface CompileInput {
  /** Null where nothing was ever published. */
  readonly definitions: Revision | null;
  readonly secret: Uint8Array;
  /** What is served now: partners that are the same in it are not compiled again. */
  readonly previous: CatalogSnapshot | null;
}

export function compileDefinitions({
  definitions,
  secret,
  previous,
}: CompileInput): CatalogSnapshot {
  const options = { secret, ...(previous === null ? {} : { previous }) };
  if (definitions === null) return compileSnapshot(emptyWorkspace(), { ...options, revision: 0 });
  // Only what `readWorkspace` gave is ever stored or sent to a worker.
  const workspace = JSON.parse(definitions.document) as Workspace;
  return compileSnapshot(workspace, { ...options, revision: definitions.revision });
}
