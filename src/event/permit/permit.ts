// May this call be collected, as far as the place it comes from goes? The front door of this room.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { Settings } from "@dunlin/contract/workspace";
import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import { pageOf } from "../parse/headers.ts";
import { isOnHostList } from "./host-list.ts";

export { type Consented, type ConsentVerdict, judgeConsent } from "./consent.ts";
export { isOnHostList } from "./host-list.ts";

/** Error 199 or 198; `country` is in upper case, null where nobody knows. An unknown country passes. */
export function countryError(
  country: string | null,
  settings: Settings,
  partner: PartnerCatalog | null,
): EventError | null {
  if (country === null) return null;
  if (settings.blockedCountries.includes(country)) return eventError(199);
  return partner?.definition.blockedCountries.includes(country) === true ? eventError(198) : null;
}

/** Error 109: the partner has a list of pages, and this one is not on it. Without a referer a call passes. */
export function refererError(
  referer: string | null,
  partner: PartnerCatalog | null,
): EventError | null {
  const list = partner?.definition.refererAllowList ?? null;
  if (list === null || referer === null || referer === "") return null;
  const page = pageOf(referer);
  if (page !== null && isOnHostList(page.host, list)) return null;
  return eventError(109, referer, String(partner?.pid));
}
