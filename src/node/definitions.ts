import type { Workspace } from "@dunlin/contract/workspace";
import { compileSnapshot } from "../catalog/compile.ts";
import { readWorkspace } from "../catalog/read-workspace.ts";
import type { CatalogSnapshot } from "../catalog/snapshot.ts";
import { takeStep } from "../catalog/steps/take-step.ts";
import type { WorkspaceStep } from "../catalog/steps/workspace-step.ts";
import { invariant } from "../model/result.ts";

/** A published workspace on its way to the workers: a base, and a step from there. */
export interface Definitions {
  /** Counts publications, from 1. */
  readonly revision: number;
  readonly baseId: number;
  /** The base as `readWorkspace` gave it, as JSON text; null for workers that have compiled it already. */
  readonly workspace: string | null;
  /** Null where the base is what is published. */
  readonly step: WorkspaceStep | null;
}

/** What a node serves to which nothing was ever published: no partners, and every setting's default. */
export function emptyWorkspace(): Workspace {
  const read = readWorkspace({});
  invariant(read.ok, "an empty document is a workspace");
  return read.value.workspace;
}

/** A snapshot, and the one from which steps lead to it. */
export interface CompiledDefinitions {
  readonly catalog: CatalogSnapshot;
  readonly base: CatalogSnapshot;
  readonly baseId: number;
}

export interface CompileInput {
  /** Null where nothing was ever published. */
  readonly definitions: Definitions | null;
  readonly secret: Uint8Array;
  /** What is served now: its base is not compiled again, nor are partners that are the same in another one. */
  readonly previous: CompiledDefinitions | null;
}

/** The base of those who have none: no publication has this ID. */
const NO_BASE = 0;

export function compileDefinitions(input: CompileInput): CompiledDefinitions {
  const { definitions, secret, previous } = input;
  if (definitions === null) {
    const base = compileSnapshot(emptyWorkspace(), { secret, revision: 0 });
    return { catalog: base, base, baseId: NO_BASE };
  }
  const { revision, baseId, step } = definitions;
  const base = compileBase(definitions, { secret, previous });
  return { catalog: step === null ? base : takeStep(base, step, revision), base, baseId };
}

function compileBase(
  { revision, baseId, workspace }: Definitions,
  { secret, previous }: Omit<CompileInput, "definitions">,
): CatalogSnapshot {
  if (workspace === null) {
    invariant(previous?.baseId === baseId, "a step was sent to a worker that has another base");
    return previous.base;
  }
  const options = { secret, ...(previous === null ? {} : { previous: previous.base }) };
  // Only what `readWorkspace` gave is ever sent to a worker.
  return compileSnapshot(JSON.parse(workspace) as Workspace, { ...options, revision });
}
