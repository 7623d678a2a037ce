// Revisions of the definitions: what there are, and what lies between two of them.

import type { Workspace, WorkspaceChanges } from "@dunlin/contract/workspace";
import type { Revision } from "../catalog/definition-store.ts";
import { describeChanges } from "../catalog/describe-changes.ts";
import { type ChangedObject, diffWorkspaces } from "../catalog/diff-workspace.ts";

export interface RevisionDiff {
  readonly from: number;
  readonly to: number;
  readonly changes: WorkspaceChanges;
  /** The settings first, then list by list. */
  readonly objects: readonly ChangedObject[];
  readonly objectsLeftOut: number;
}

const MOST_SHOWN = 1_000;

/** What would have to be done to the one to get the other. */
export function diffRevisions(from: Revision, to: Revision): RevisionDiff {
  const [before, after] = [parse(from), parse(to)];
  const { objects, leftOut } = diffWorkspaces(before, after, MOST_SHOWN);
  return {
    ...{ from: from.revision, to: to.revision },
    changes: describeChanges(before, after),
    ...{ objects, objectsLeftOut: leftOut },
  };
}

/** What is stored was read, checked and printed: it is not checked again. */
function parse({ document }: Revision): Workspace {
  return JSON.parse(document) as Workspace;
}
