// From an unknown document to a workspace, or to everything that is wrong with it ("Running a node", The
// workspace). Past this door nobody checks definitions again.

import type { Fault, Workspace } from "@dunlin/contract/workspace";
import { err, ok, type Result } from "../model/result.ts";
import { checkDestinations } from "./reading/check-destinations.ts";
import { checkDataSources } from "./reading/data-sources.ts";
import { checkDerivedSignals } from "./reading/derived-signals.ts";
import { readDocument } from "./reading/document.ts";
import type { Drafts } from "./reading/drafts.ts";
import { checkFolders } from "./reading/folders.ts";
import { checkIdSyncs } from "./reading/id-syncs.ts";
import type { ReadingMemory } from "./reading/memory.ts";
import { checkMergeRules } from "./reading/merge-rules.ts";
import { checkPartnerSites } from "./reading/partner-sites.ts";
import { checkPartners } from "./reading/partners.ts";
import { Reading } from "./reading/reading.ts";
import { registerAll } from "./reading/registers.ts";
import { checkSegments } from "./reading/segments.ts";
import { checkTraits } from "./reading/traits.ts";

export type { ReadingMemory } from "./reading/memory.ts";

export interface ReadWorkspace {
  readonly workspace: Workspace;
  readonly warnings: readonly Fault[];
}

/**
 * Reads a document, whatever it is: never throws, names every fault up to a ceiling. `previous` is the
 * workspace in force, which some keys may not depart from.
 */
export function readWorkspace(
  input: unknown,
  previous: Workspace | null = null,
): Result<ReadWorkspace, readonly Fault[]> {
  const read = readNextWorkspace(input, previous, null);
  if (!read.ok) return read;
  const { workspace, warnings } = read.value;
  return ok({ workspace, warnings });
}

export interface ReadNextWorkspace extends ReadWorkspace {
  /** For the document that comes next; it may not be changed any more. */
  readonly memory: ReadingMemory;
}

/**
 * The same, and no other answer, in less time where the document before has left its memory: objects that
 * are written as they were are the same objects in the workspace.
 */
export function readNextWorkspace(
  input: unknown,
  previous: Workspace | null,
  memory: ReadingMemory | null,
): Result<ReadNextWorkspace, readonly Fault[]> {
  const reading = new Reading(memory);
  const drafts = readDocument(input, reading);
  if (drafts !== undefined) checkTogether(drafts, previous, reading);
  if (drafts === undefined || reading.hasFaults) return err(reading.faults());
  const { quietRules } = reading;
  // A document that could be read is an object.
  const next = { input: input as Record<string, unknown>, drafts, quietRules };
  return ok({ workspace: asWorkspace(drafts), warnings: reading.warnings(), memory: next });
}

/** What no object can tell alone: IDs used twice, references, sums. */
function checkTogether(drafts: Drafts, previous: Workspace | null, reading: Reading): void {
  const registers = registerAll(drafts, reading);
  checkPartners(drafts, previous, reading);
  checkDataSources(drafts, registers, reading);
  checkFolders(drafts, registers, reading);
  checkTraits(drafts, registers, reading);
  checkMergeRules(drafts, registers, reading);
  checkSegments(drafts, registers, reading);
  checkPartnerSites(drafts, registers, reading);
  checkDestinations(drafts, registers, reading);
  checkIdSyncs(drafts, registers, reading);
  checkDerivedSignals(drafts, registers, reading);
}

function asWorkspace({ unreadable: _, ...lists }: Drafts): Workspace {
  // Whatever could not be read is a fault, and there are none: no draft holds undefined any more.
  return lists as unknown as Workspace;
}
