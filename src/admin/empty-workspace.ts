import type { Workspace } from "@dunlin/contract/workspace";
import { readWorkspace } from "../catalog/read-workspace.ts";
import { invariant } from "../model/result.ts";

/** What a node serves to which nothing was ever published: no partners, and every setting's default. */
export function emptyWorkspace(): Workspace {
  const read = readWorkspace({});
  invariant(read.ok, "an empty document is a workspace");
  return read.value.workspace;
}
