// What nobody uses, and what is used though it does nothing.

import type { FolderDefinition } from "@dunlin/contract/workspace";
import { asTraitId, type TraitId } from "../model/ids.ts";
import { traitsOf } from "../rules/segment-rule/segment-rule.ts";
import type { Finding } from "./finding.ts";
import type { PartnerRules, PlacedSegment, PlacedTrait } from "./partner-rules.ts";

export function usage(rules: PartnerRules): Finding[] {
  return [
    ...unfedTraits(rules),
    ...unusedTraits(rules),
    ...unmappedSegments(rules),
    ...inactiveTraits(rules),
    ...inactiveMappings(rules),
  ];
}

/** Active traits that calls should realize and none has. */
function unfedTraits({ traits, evidence }: PartnerRules): Finding[] {
  const realizations = evidence?.realizations ?? null;
  if (realizations === null) return [];
  return traits
    .filter(({ trait }) => trait.traitType === "RULE_BASED_TRAIT" && trait.status === "ACTIVE")
    .filter(({ trait }) => !realizations.has(asTraitId(trait.sid)))
    .map(({ at, trait }) => {
      const how = trait.traitRule === null ? "named it" : "made its rule true";
      const message = `No call that was seen ${how}.`;
      return { at, code: "L_UNFED_TRAIT", severity: "warning", message, related: [] };
    });
}

function unusedTraits({ traits, segments, folders, destinations }: PartnerRules): Finding[] {
  const used = new Set<number>(destinations.flatMap((one) => mappedBy(one.destination)));
  for (const { rule } of segments) for (const sid of traitsOf(rule)) used.add(sid);
  const usedFolders = foldersUsed(folders, used);
  return traits
    .filter(({ trait }) => trait.status === "ACTIVE" && !used.has(trait.sid))
    .filter(({ trait }) => !usedFolders.has(trait.folderId))
    .map(({ at }) => {
      const message =
        "No segment asks for this trait, by itself or by a folder of it, and no destination is mapped to it.";
      return { at, code: "L_UNUSED_TRAIT", severity: "note", message, related: [] };
    });
}

/** Those whose trait is used, and all below them. */
function foldersUsed(
  folders: readonly FolderDefinition[],
  used: ReadonlySet<number>,
): ReadonlySet<number> {
  const below = Map.groupBy(folders, ({ parentFolderId }) => parentFolderId);
  const found = new Set<number>();
  const waiting = folders.filter(({ traitSid }) => used.has(traitSid));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next.folderId)) continue;
    found.add(next.folderId);
    waiting.push(...(below.get(next.folderId) ?? []));
  }
  return found;
}

function unmappedSegments({ segments, destinations, partner }: PartnerRules): Finding[] {
  const active = destinations.filter(({ destination }) => destination.status === "ACTIVE");
  const mapped = new Set(active.flatMap((one) => mappedBy(one.destination)));
  const answers = partner.traitsInResponse ? "; answers name it all the same" : "";
  return segments
    .filter(({ segment }) => segment.status === "ACTIVE" && !mapped.has(segment.sid))
    .map(({ at }) => {
      const message = `No active destination is told of this segment${answers}.`;
      return { at, code: "L_UNMAPPED_SEGMENT", severity: "note", message, related: [] };
    });
}

function inactiveTraits({ traits, segments }: PartnerRules): Finding[] {
  const inactive = new Map<TraitId, PlacedTrait>(
    traits
      .filter(({ trait }) => trait.status === "INACTIVE")
      .map((one) => [asTraitId(one.trait.sid), one]),
  );
  if (inactive.size === 0) return [];
  return segments.flatMap((segment) => inactiveTraitsOf(segment, inactive));
}

function inactiveTraitsOf(
  { at, segment, rule }: PlacedSegment,
  inactive: ReadonlyMap<TraitId, PlacedTrait>,
): Finding[] {
  if (segment.status === "INACTIVE") return [];
  const named = traitsOf(rule).flatMap((sid) => inactive.get(sid) ?? []);
  if (named.length === 0) return [];
  const sids = named.map(({ trait }) => trait.sid).join(", ");
  const message = `The segment asks for what is inactive (${sids}): nobody realizes it any more, and only what was realized before counts.`;
  return [
    {
      at: `${at}/segmentRule`,
      code: "L_INACTIVE",
      severity: "warning",
      message,
      related: named.map((one) => one.at),
    },
  ];
}

function inactiveMappings({ traits, segments, destinations }: PartnerRules): Finding[] {
  const inactive = new Map<number, string>();
  for (const { at, segment } of segments) {
    if (segment.status === "INACTIVE") inactive.set(segment.sid, at);
  }
  for (const { at, trait } of traits) if (trait.status === "INACTIVE") inactive.set(trait.sid, at);
  return destinations
    .filter(({ destination }) => destination.status === "ACTIVE")
    .flatMap(({ at, destination }) =>
      destination.mappings.flatMap(({ sid }, index): Finding[] => {
        const inactiveAt = inactive.get(sid);
        if (inactiveAt === undefined) return [];
        const message = `The mapping tells of ${sid}, which is inactive: nothing is said of it.`;
        const place = `${at}/mappings/${index}`;
        const related = [inactiveAt];
        return [{ at: place, code: "L_INACTIVE", severity: "warning", message, related }];
      }),
    );
}

function mappedBy({
  mappings,
}: {
  readonly mappings: readonly { readonly sid: number }[];
}): number[] {
  return mappings.map(({ sid }) => sid);
}
