// From the text of a workspace to what can be published, or to everything that is wrong with it. It may be
// a hundred megabytes: this runs where it holds nobody up (`node/publication-thread.ts`).

import type { Fault, Workspace, WorkspaceChanges } from "@dunlin/contract/workspace";
import { describeChanges } from "../catalog/describe-changes.ts";
import { printWorkspace } from "../catalog/print-workspace.ts";
import { readWorkspaceFile, type WorkspaceFormat } from "../catalog/workspace-text.ts";
import type { Result } from "../model/result.ts";
import { ok } from "../model/result.ts";

export interface PublicationRequest {
  readonly text: string;
  readonly format: WorkspaceFormat;
  /** The workspace in force, in the form of `PreparedPublication.workspace`; null before the first. */
  readonly previous: string | null;
}

export interface PreparedPublication {
  /** In the form in which workspaces are written, as JSON text: what is stored and shown. */
  readonly document: string;
  /** As it was read, as JSON text: what workers compile, without having to check it again. */
  readonly workspace: string;
  /** Empty where it equals what is in force. */
  readonly changes: WorkspaceChanges;
  readonly warnings: readonly Fault[];
}

export function preparePublication(
  request: PublicationRequest,
): Result<PreparedPublication, readonly Fault[]> {
  // Only what was prepared here comes back as the previous one.
  const before = request.previous === null ? null : (JSON.parse(request.previous) as Workspace);
  const read = readWorkspaceFile(request.text, request.format, before);
  if (!read.ok) return read;
  const { workspace, warnings } = read.value;
  return ok({
    document: JSON.stringify(printWorkspace(workspace)),
    workspace: JSON.stringify(workspace),
    changes: describeChanges(before, workspace),
    warnings,
  });
}
