// Segments: named rules over realized traits.

import type { SegmentDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Draft, derived, type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount, resolveReference } from "./references.ts";
import type { Registers } from "./registers.ts";
import { SegmentRuleChecks } from "./rules.ts";
import { freeText, looseCode, nameText } from "./spellings.ts";
import { ruleText, status } from "./traits.ts";
import { id, idOrZero, nullOr } from "./values.ts";

const SEGMENT_KEYS: Keys<SegmentDefinition> = {
  sid: required(id),
  legacyId: derived(id, (draft: Draft<SegmentDefinition>) => draft.sid),
  pid: required(id),
  dataSourceId: required(id),
  name: required(nameText),
  segmentRule: required(ruleText),
  mergeRuleId: optional(nullOr(id), null),
  status: optional(status, "ACTIVE"),
  folderId: optional(idOrZero, 0),
  description: optional(freeText, ""),
  integrationCode: optional(looseCode, null),
};

export const readSegment = objectOf(SEGMENT_KEYS);

export function checkSegments(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("segments", CATALOG_LIMITS.segmentsPerPartner);
  const rules = new SegmentRuleChecks(drafts, registers);
  for (const [index, segment] of drafts.segments.entries()) {
    if (segment === undefined) continue;
    const { pid, dataSourceId, folderId, mergeRuleId } = segment;
    const place = ["segments", index] as const;
    counts.add(pid, place, reading);
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    const source = { place: [...place, "dataSourceId"], id: dataSourceId, pid };
    resolveReference(registers.dataSources, source, reading);
    const mergeRule = { place: [...place, "mergeRuleId"], id: mergeRuleId, pid };
    resolveReference(registers.mergeRules, mergeRule, reading);
    if (folderId !== 0) {
      const folder = { place: [...place, "folderId"], id: folderId, pid };
      resolveReference(registers.segmentFolders, folder, reading);
    }
    rules.check(segment, [...place, "segmentRule"], reading);
  }
}
