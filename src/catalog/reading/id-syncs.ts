// ID syncs: URLs that pages fire so that another party learns the visitor's ID.

import type { IdSyncDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Keys, objectOf, optional, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import {
  checkPartnerExists,
  PartnerCount,
  resolveReference,
  warnOfUnknownMacros,
} from "./references.ts";
import type { Registers } from "./registers.ts";
import { pageUrl } from "./spellings.ts";
import { flag, id, integer, oneOf, setOf } from "./values.ts";

const LIMITS = CATALOG_LIMITS;
/** A week. */
const DEFAULT_TTL_MINUTES = 10_080;

const ID_SYNC_KEYS: Keys<IdSyncDefinition> = {
  idSyncId: required(id),
  pid: required(id),
  container: optional(integer({ min: 0, max: LIMITS.container }), 0),
  dataSourceId: required(id),
  ttlMinutes: optional(integer({ min: 0, max: LIMITS.syncTtlMinutes }), DEFAULT_TTL_MINUTES),
  tag: optional(oneOf(["img", "iframe"]), "img"),
  fireURLSync: optional(flag, false),
  syncOnPage: optional(flag, false),
  passConsent: optional(flag, false),
  urls: required(setOf(pageUrl, { min: 1, max: LIMITS.urlsPerIdSync })),
};

export const readIdSync = objectOf(ID_SYNC_KEYS);

export function checkIdSyncs(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("ID syncs", LIMITS.idSyncsPerPartner);
  for (const [index, sync] of drafts.idSyncs.entries()) {
    if (sync === undefined) continue;
    const { pid, dataSourceId } = sync;
    const place = ["idSyncs", index] as const;
    counts.add(pid, place, reading);
    checkPartnerExists(registers.partners, { place: [...place, "pid"], pid }, reading);
    const source = { place: [...place, "dataSourceId"], id: dataSourceId, pid };
    resolveReference(registers.dataSources, source, reading);
    for (const [item, url] of (sync.urls ?? []).entries()) {
      const urlPlace = [...place, "urls", item];
      warnOfUnknownMacros(registers.dataSources, { url, place: urlPlace, pid }, reading);
    }
  }
}
