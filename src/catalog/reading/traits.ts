// Traits: named rules over signals.

import type { TraitDefinition, TraitType } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount, resolveReference } from "./references.ts";
import type { Registers } from "./registers.ts";
import { checkTraitRule } from "./rules.ts";
import { freeText, looseCode, nameText } from "./spellings.ts";
import { id, idOrZero, integer, nullOr, oneOf, type Reader, wrongType } from "./values.ts";

const LIMITS = CATALOG_LIMITS;
const DEFAULT_TTL_DAYS = 120;
/** "User Trait" of the list of event types. */
const DEFAULT_EVENT_TYPE = 1;

/** The text of a rule; what it says is checked once everything has been read. */
export const ruleText: Reader<string> = (input, reading) =>
  typeof input === "string" ? input : wrongType(input, "the text of a rule", reading);

export const status = oneOf(["ACTIVE", "INACTIVE"], { anyCase: true });

const TRAIT_KEYS: Keys<TraitDefinition> = {
  sid: required(id),
  pid: required(id),
  dataSourceId: required(id),
  name: required(nameText),
  traitType: optional(
    oneOf([
      "RULE_BASED_TRAIT",
      "ON_BOARDED_TRAIT",
      "ALGO_TRAIT",
      "ACTIVE_AUDIENCE_TRAIT",
      "DATA_SOURCE_SYNCED_TRAIT",
    ]),
    "RULE_BASED_TRAIT",
  ),
  traitRule: optional(nullOr(ruleText), null),
  ttl: optional(integer({ min: 0, max: LIMITS.traitTtlDays }), DEFAULT_TTL_DAYS),
  status: optional(status, "ACTIVE"),
  folderId: optional(idOrZero, 0),
  description: optional(freeText, ""),
  comments: optional(freeText, ""),
  integrationCode: optional(looseCode, null),
  type: optional(id, DEFAULT_EVENT_TYPE),
  categoryId: optional(nullOr(id), null),
};

export const readTrait = objectOf(TRAIT_KEYS);

/** Types whose traits a rule can realize. */
const RULED_TYPES: ReadonlySet<TraitType> = new Set(["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT"]);

export function checkTraits(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new TraitCounts();
  for (const [index, trait] of drafts.traits.entries()) {
    if (trait === undefined) continue;
    const { pid, dataSourceId, folderId, traitType, traitRule } = trait;
    const place = ["traits", index] as const;
    counts.add(traitType, { pid, place }, reading);
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    const source = { place: [...place, "dataSourceId"], id: dataSourceId, pid };
    resolveReference(registers.dataSources, source, reading);
    if (folderId !== 0) {
      const folder = { place: [...place, "folderId"], id: folderId, pid };
      resolveReference(registers.folders, folder, reading);
    }
    if (traitRule === undefined || traitRule === null) continue;
    const rulePlace = [...place, "traitRule"];
    checkTraitRule({ trait, text: traitRule }, rulePlace, reading);
    if (traitType !== undefined && !RULED_TYPES.has(traitType)) {
      const message = `The rule is without effect: a trait of type ${traitType} is not realized by one.`;
      reading.warnAt(rulePlace, { code: "W_WITHOUT_EFFECT", message });
    }
  }
}

class TraitCounts {
  readonly #all = new PartnerCount("traits", LIMITS.traitsPerPartner);
  readonly #byType: Partial<Record<TraitType, PartnerCount>> = {
    ALGO_TRAIT: new PartnerCount("algorithmic traits", LIMITS.algorithmicTraitsPerPartner),
    ACTIVE_AUDIENCE_TRAIT: new PartnerCount(
      "active audience traits",
      LIMITS.activeAudienceTraitsPerPartner,
    ),
  };

  add(
    type: TraitType | undefined,
    { pid, place }: { pid: number | undefined; place: readonly (string | number)[] },
    reading: Reading,
  ): void {
    this.#all.add(pid, place, reading);
    if (type !== undefined) this.#byType[type]?.add(pid, place, reading);
  }
}
