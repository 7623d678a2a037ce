import type { DestinationDefinition, Workspace } from "@dunlin/contract/workspace";
import { DOCUMENT_KEYS } from "./document-keys.ts";

/** A workspace in the form in which it is written: what `GET /v1/workspace` answers. */
export type WorkspaceDocument = { readonly [Name in keyof Workspace]: unknown };

/**
 * The document of a workspace. Reading it gives an equal workspace: keys and lists keep their order,
 * rules the text of their authors.
 */
export function printWorkspace(workspace: Workspace): WorkspaceDocument {
  const document: Record<string, unknown> = {};
  for (const key of DOCUMENT_KEYS) document[key] = workspace[key];
  document["destinations"] = workspace.destinations.map(printDestination);
  // All keys of a document were set.
  return document as unknown as WorkspaceDocument;
}

/** The keys that only server destinations have stand beside the shared ones. */
function printDestination(destination: DestinationDefinition): object {
  if (destination.destinationType !== "S2S") return destination;
  const { ownKeys, ...shared } = destination;
  return { ...shared, ...ownKeys };
}
