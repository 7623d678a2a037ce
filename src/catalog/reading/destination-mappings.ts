// Mappings: which segments a destination is told of, and as what.

import type { DestinationMapping } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { MappingDraft } from "./drafts.ts";
import { type Keys, objectOf, optional, required } from "./objects.ts";
import { day, pageUrl, securePageUrl } from "./spellings.ts";
import { id, integer, nullOr, type Reader, text, wrongType } from "./values.ts";

const LIMITS = CATALOG_LIMITS;
const alias = nullOr(text({ min: 1, max: LIMITS.aliasLength }));

/** Which of these a mapping must have, and which it may not, depends on its destination. */
const MAPPING_KEYS: Keys<DestinationMapping> = {
  mappingId: required(id),
  sid: required(id),
  startDate: optional(nullOr(day), null),
  endDate: optional(nullOr(day), null),
  priority: optional(nullOr(integer({ min: -LIMITS.priority, max: LIMITS.priority })), null),
  url: optional(nullOr(pageUrl), null),
  secureUrl: optional(nullOr(securePageUrl), null),
  traitAlias: optional(alias, null),
  valueAlias: optional(alias, null),
};

const readMapping = objectOf(MAPPING_KEYS);

export const readMappings: Reader<readonly (MappingDraft | undefined)[]> = (input, reading) => {
  if (!Array.isArray(input)) return wrongType(input, "a list", reading);
  if (input.length > LIMITS.mappingsPerDestination) {
    const limit = LIMITS.mappingsPerDestination;
    reading.fault("E_LIMIT", `The list has ${input.length} items; at most ${limit} are allowed.`);
    return undefined;
  }
  return input.map((item, index) => {
    reading.enter(index);
    const mapping = readMapping(item, reading);
    reading.leave();
    return mapping;
  });
};
