// Sites of partners: the domains that cookie destinations are published to.

import type { PartnerSiteDefinition } from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import type { Drafts } from "./drafts.ts";
import { type Keys, objectOf, required } from "./objects.ts";
import type { Reading } from "./reading.ts";
import { checkPartnerExists, PartnerCount } from "./references.ts";
import type { Registers } from "./registers.ts";
import { hostName } from "./spellings.ts";
import { id } from "./values.ts";

const PARTNER_SITE_KEYS: Keys<PartnerSiteDefinition> = {
  siteId: required(id),
  pid: required(id),
  url: required(hostName),
};

export const readPartnerSite = objectOf(PARTNER_SITE_KEYS);

export function checkPartnerSites(drafts: Drafts, registers: Registers, reading: Reading): void {
  const counts = new PartnerCount("sites", CATALOG_LIMITS.partnerSitesPerPartner);
  for (const [index, site] of drafts.partnerSites.entries()) {
    if (site === undefined) continue;
    const { pid } = site;
    counts.add(pid, ["partnerSites", index], reading);
    checkPartnerExists(registers.partners, { place: ["partnerSites", index, "pid"], pid }, reading);
  }
}
