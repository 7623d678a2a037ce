// From the text of a workspace to what can be published, or to everything that is wrong with it. It may be
// a hundred megabytes: this runs where it holds nobody up (`node/publication-thread.ts`).

import type { Fault, Workspace } from "@dunlin/contract/workspace";
import { readWorkspace } from "../catalog/read-workspace.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { compareWorkspaces } from "./compare-workspaces.ts";
import { emptyWorkspace } from "./empty-workspace.ts";
import type { WorkspaceChanges } from "./node-control.ts";

export interface PreparedPublication {
  /** The workspace with all defaults filled in, as JSON text. */
  readonly document: string;
  /** Empty where it equals what is served. */
  readonly changes: WorkspaceChanges;
  readonly warnings: readonly Fault[];
}

export function preparePublication(
  text: string,
  current: string | null,
): Result<PreparedPublication, readonly Fault[]> {
  const parsed = parseJson(text);
  if (!parsed.ok) return err([parsed.error]);
  // Only what was prepared here is ever stored.
  const before = current === null ? null : (JSON.parse(current) as Workspace);
  const read = readWorkspace(parsed.value, before);
  if (!read.ok) return read;
  const { workspace, warnings } = read.value;
  const changes = compareWorkspaces(before ?? emptyWorkspace(), workspace);
  return ok({ document: JSON.stringify(workspace), changes, warnings });
}

function parseJson(text: string): Result<unknown, Fault> {
  try {
    return ok(JSON.parse(text));
  } catch {
    return err({ at: "", code: "E_TYPE", message: "The workspace is not JSON." });
  }
}
