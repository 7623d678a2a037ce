// What a node begins with: the workspace that it was started with, or what its store holds.

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type {
  ChangedItem,
  PreparedDefinitions,
  PreparedPublication,
} from "../admin/prepare-publication.ts";
import type { DefinitionStore } from "../catalog/definition-store.ts";
import type { WorkspaceFormat } from "../catalog/workspace-text.ts";
import {
  couldNotStart,
  documentLine,
  faultyDocument,
  type RunOutcome,
} from "../config/run-outcome.ts";
import type { Config } from "../config.ts";
import type { ObjectChange } from "../control/object-records.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import type { PublicationThread } from "./publication-thread.ts";

/** Definitions in both their forms. */
export interface Publication extends PreparedDefinitions {
  /** Counts publications, from 1. */
  readonly revision: number;
  /** What `GET /v1/workspace` shows, as JSON text. */
  readonly document: string;
}

export interface FirstDefinitions {
  /** Null where nothing was ever published. */
  readonly publication: Publication | null;
  readonly isStored: boolean;
  /** What it changes of what is stored. */
  readonly changed: readonly ObjectChange[];
  readonly changedItems: readonly ChangedItem[];
}

type First = Result<FirstDefinitions, RunOutcome>;

export async function chooseFirstDefinitions(
  config: Config,
  store: Pick<DefinitionStore, "latest">,
  thread: Pick<PublicationThread, "prepare">,
): Promise<First> {
  const stored = await readStored(store, thread);
  if (!stored.ok) return stored;
  const latest = stored.value;
  const path = config.workspace ?? (latest === null ? config.seed : null);
  if (path === null)
    return ok({ publication: latest, isStored: true, changed: [], changedItems: [] });

  const text = decodeUtf8(readFileSync(path));
  if (text === null) {
    const message = "Expected a text in UTF-8.";
    return err(faultyDocument(path, [{ at: "", code: "E_SYNTAX", message }]));
  }
  const prepared = await thread.prepare({
    text,
    format: formatOf(path),
    previous: latest?.document ?? null,
  });
  if (!prepared.ok) return err(faultyDocument(path, prepared.error));
  if (latest !== null && isUnchanged(prepared.value)) {
    return ok({ publication: latest, isStored: true, changed: [], changedItems: [] });
  }
  const revision = (latest?.revision ?? 0) + 1;
  const publication = publicationOf(revision, prepared.value);
  const { changed, changedItems } = prepared.value;
  return ok({ publication, isStored: false, changed, changedItems });
}

/** Null where it is another encoding, in which names would be kept as question marks. */
function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

export function isUnchanged({ changes }: PreparedPublication): boolean {
  return Object.keys(changes).length === 0;
}

/** Another version may have stored it: it is read as any document is, so that new keys get their defaults. */
async function readStored(
  store: Pick<DefinitionStore, "latest">,
  thread: Pick<PublicationThread, "prepare">,
): Promise<Result<Publication | null, RunOutcome>> {
  const latest = await store.latest();
  if (latest === null) return ok(null);
  const { revision, document } = latest;
  const prepared = await thread.prepare({ text: document, format: "json", previous: null });
  if (prepared.ok) {
    return ok(publicationOf(revision, prepared.value));
  }
  const lines = prepared.error.map((fault) => documentLine("stored definitions", fault));
  return err(couldNotStart(...lines));
}

function publicationOf(revision: number, prepared: PreparedPublication): Publication {
  const { document, baseId, workspace, step } = prepared;
  return { revision, document, baseId, workspace, step };
}

function formatOf(path: string): WorkspaceFormat {
  return [".yaml", ".yml"].includes(extname(path).toLowerCase()) ? "yaml" : "json";
}
