import type { Workspace } from "@dunlin/contract/workspace";
import { compileSnapshot } from "../catalog/compile.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { invariant } from "../model/result.ts";

/** A published workspace on its way to the workers. */
export interface Definitions {
  /** Counts publications, from 1. */
  readonly revision: number;
  /** The workspace as `readWorkspace` gave it, as JSON text. */
  readonly workspace: string;
}

/** What a node serves to which nothing was ever published: no partners, and every setting's default. */
export function emptyWorkspace(): Workspace {
  const read = readWorkspace({});
  invariant(read.ok, "an empty document is a workspace");
  return read.value.workspace;
}

export interface CompileInput {
  /** Null where nothing was ever published. */
  readonly definitions: Definitions | null;
  readonly secret: Uint8Array;
  /** What is served now: partners that are the same in it are not compiled again. */
  readonly previous: CatalogSnapshot | null;
}

export function compileDefinitions(input: CompileInput): CatalogSnapshot {
  const { definitions, secret, previous } = input;
  const options = { secret, ...(previous === null ? {} : { previous }) };
  if (definitions === null) return compileSnapshot(emptyWorkspace(), { ...options, revision: 0 });
  // Only what `readWorkspace` gave is ever sent to a worker.
  const workspace = JSON.parse(definitions.workspace) as Workspace;
  return compileSnapshot(workspace, { ...options, revision: definitions.revision });
}
