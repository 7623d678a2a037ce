// The settings of the installation.

import type {
  AutoDenySettings,
  RateLimitSettings,
  Settings,
  TcfSettings,
} from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import { type Keys, objectOf, optional, required, wholeObjectOf } from "./objects.ts";
import { countryList, hostName } from "./spellings.ts";
import { flag, integer, nullOr, oneOf, setOf } from "./values.ts";

const LIMITS = CATALOG_LIMITS;

const rate = integer({ min: 1, max: LIMITS.ratePerWindow });
const windowSeconds = integer({ min: 1, max: LIMITS.windowSeconds });
const softOrHttp = oneOf(["soft", "http"]);

const RATE_LIMIT_KEYS: Keys<RateLimitSettings> = {
  perId: required(rate),
  perAddress: required(nullOr(rate)),
  windowSeconds: required(windowSeconds),
  mode: required(softOrHttp),
};

const AUTO_DENY_KEYS: Keys<AutoDenySettings> = {
  perId: required(rate),
  windowSeconds: required(windowSeconds),
  hours: required(integer({ min: 1, max: LIMITS.denyHours })),
};

/** Vendors and consent platforms are numbered with 16 and 12 bits in the consent string (IAB TCF). */
const vendorId = integer({ min: 1, max: 65_535 });
const consentPlatforms = setOf(integer({ min: 0, max: 4_095 }), {
  max: LIMITS.consentPlatformsPerList,
});

const CONSENT_PLATFORM_KEYS: Keys<NonNullable<TcfSettings["cmps"]>> = {
  known: required(consentPlatforms),
  deleted: required(consentPlatforms),
};

const TCF_KEYS: Keys<TcfSettings> = {
  vendorId: optional(nullOr(vendorId), null),
  onWithoutPartner: optional(flag, false),
  cmps: optional(nullOr(wholeObjectOf(CONSENT_PLATFORM_KEYS)), null),
};

const SETTINGS_KEYS: Keys<Settings> = {
  blockedCountries: optional(countryList, ["CU", "IR", "KP", "SD", "SY"]),
  cookieConfirm: optional(flag, false),
  oversize: optional(softOrHttp, "soft"),
  overload: optional(softOrHttp, "soft"),
  rateLimit: optional(nullOr(wholeObjectOf(RATE_LIMIT_KEYS)), null),
  autoDeny: optional(nullOr(wholeObjectOf(AUTO_DENY_KEYS)), null),
  tcf: optional(wholeObjectOf(TCF_KEYS), { vendorId: null, onWithoutPartner: false, cmps: null }),
  demoptin: optional(flag, false),
  serviceHosts: optional(setOf(hostName, { max: LIMITS.serviceHosts }), []),
};

export const readSettings = objectOf(SETTINGS_KEYS);
