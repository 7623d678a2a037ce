// What a node begins with: the workspace that it was started with, or what its store holds.

import type { Revision } from "../catalog/definition-store.ts";
import { readWorkspaceFile } from "../cli/workspace-file.ts";
import { faultyDocument, type RunOutcome } from "../config/run-outcome.ts";
import type { Config } from "../config.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { prepareInThread } from "./publication-thread.ts";

export interface FirstDefinitions {
  /** Null where nothing was ever published. */
  readonly definitions: Revision | null;
  readonly isStored: boolean;
}

export async function chooseFirstDefinitions(
  config: Config,
  latest: Revision | null,
): Promise<Result<FirstDefinitions, RunOutcome>> {
  const path = config.workspace ?? (latest === null ? config.seed : null);
  if (path === null) return ok({ definitions: latest, isStored: true });
  const text = readWorkspaceFile(path);
  if (!text.ok) return err(faultyDocument(path, text.error));
  const prepared = await prepareInThread(text.value, latest?.document ?? null);
  if (!prepared.ok) return err(faultyDocument(path, prepared.error));
  const { document, changes } = prepared.value;
  if (latest !== null && Object.keys(changes).length === 0) {
    return ok({ definitions: latest, isStored: true });
  }
  return ok({
    definitions: { revision: (latest?.revision ?? 0) + 1, document },
    isStored: false,
  });
}
