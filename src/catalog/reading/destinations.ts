// Destinations: who is told of segments. Which keys a destination has depends on its type ("Running a
// node", Destination keys).

import type {
  CookieDestination,
  DestinationBase,
  DestinationDefinition,
  UrlDestination,
} from "@dunlin/contract/workspace";
import { CATALOG_LIMITS } from "../limits.ts";
import { readMappings } from "./destination-mappings.ts";
import type { DestinationDraft, Mapped, UntypedDestination } from "./drafts.ts";
import { FreeFormCopier } from "./free-form.ts";
import { isObject, type Keys, noteUnknownKey, objectOf, optional, required } from "./objects.ts";
import { quote, type Reading } from "./reading.ts";
import {
  cookieDomain,
  cookieName,
  day,
  digitsOrNumber,
  freeText,
  nameText,
  pageUrl,
  securePageUrl,
} from "./spellings.ts";
import { status } from "./traits.ts";
import { flag, id, integer, nullOr, oneOf, type Reader, setOf, text, wrongType } from "./values.ts";

const LIMITS = CATALOG_LIMITS;
const DEFAULT_COOKIE_SIZE = 2_048;

type DestinationType = DestinationDefinition["destinationType"];

const cap = nullOr(integer({ min: 1, max: LIMITS.ratePerWindow }));
const separator = text({ min: 1, max: LIMITS.delimiterLength });
const pairSeparator = optional(separator, ",");
const readType = oneOf(["PUSH", "ADS", "S2S"], { anyCase: true });
const anyPlatform = oneOf(["BROWSER", "ANDROID", "iOS", "ALL"]);

const SHARED_KEYS = {
  destinationId: required(id),
  pid: required(id),
  name: required(nameText),
  description: optional(freeText, ""),
  status: optional(status, "ACTIVE"),
  startDate: optional(nullOr(day), null),
  endDate: optional(nullOr(day), null),
  serializationEnabled: optional(flag, false),
  autoFillMapping: optional(oneOf(["NONE", "SEGMENT_ID", "INTEGRATION_CODE"]), "NONE"),
  platform: optional(anyPlatform, "ALL"),
  minIntervalSeconds: optional(cap, null),
  maxPerDay: optional(cap, null),
  mappings: optional(readMappings, []),
} satisfies Keys<Mapped<DestinationBase>>;

const URL_KEYS: Keys<Mapped<UrlDestination>> = {
  ...SHARED_KEYS,
  destinationType: required(oneOf(["PUSH"], { anyCase: true })),
  tagType: optional(oneOf([0, 1]), 0),
  urlType: optional(oneOf(["NORMAL", "SOCIAL"]), "NORMAL"),
  urlFormatString: optional(nullOr(pageUrl), null),
  secureUrlFormatString: optional(nullOr(securePageUrl), null),
  delimiter: optional(nullOr(separator), null),
};

const COOKIE_KEYS: Keys<Mapped<CookieDestination>> = {
  ...SHARED_KEYS,
  destinationType: required(oneOf(["ADS"], { anyCase: true })),
  // Mobile clients keep cookie values too, hence ALL; a single mobile system makes no sense.
  platform: optional(oneOf(["BROWSER", "ALL"]), "BROWSER"),
  cookieName: required(cookieName),
  cnameDomain: optional(cookieDomain, ""),
  ttl: optional(digitsOrNumber(integer({ min: 0, max: LIMITS.cookieTtlDays })), 0),
  maxSize: optional(
    digitsOrNumber(integer({ min: 1, max: LIMITS.cookieSize })),
    DEFAULT_COOKIE_SIZE,
  ),
  clearOnDisqualify: optional(flag, false),
  domainRestrictions: optional(
    oneOf(["all_domains", "inclusion", "exclusion"], { anyCase: true }),
    "all_domains",
  ),
  siteIDs: optional(setOf(id, { max: LIMITS.partnerSitesPerPartner }), []),
  formatType: optional(oneOf(["single_key", "key_value"]), "single_key"),
  singleKey: optional(nullOr(text({ min: 1, max: LIMITS.nameLength })), null),
  keySeparator: optional(separator, "="),
  valueSeparator: pairSeparator,
  serializationSeparator: optional(nullOr(separator), null),
};

const readUrlDestination = objectOf(URL_KEYS, noteForeignKey("PUSH"));
const readCookieDestination = objectOf(COOKIE_KEYS, noteForeignKey("ADS"));

/** Of server destinations only the shared keys are known; the others are kept as written. */
const readServerBase = objectOf<Mapped<DestinationBase> & { readonly destinationType: "S2S" }>(
  { ...SHARED_KEYS, destinationType: required(oneOf(["S2S"], { anyCase: true })) },
  (name, known, reading) => {
    if (ownerOf(name) !== null) noteForeignKey("S2S")(name, known, reading);
  },
);

/** Without a known type nobody can say which keys are unknown. */
const readUntyped = objectOf<UntypedDestination>(
  { ...SHARED_KEYS, destinationType: required(readType as Reader<never>) },
  () => {},
);

export const readDestination: Reader<DestinationDraft> = (input, reading) => {
  if (!isObject(input)) return wrongType(input, "an object", reading);
  switch (typeOf(input)) {
    case "PUSH":
      return readUrlDestination(input, reading);
    case "ADS":
      return readCookieDestination(input, reading);
    case "S2S":
      return readServerDestination(input, reading);
    default:
      return readUntyped(input, reading);
  }
};

/** The type that a destination says it is of, in capitals; any text where it is none. */
function typeOf(input: Record<string, unknown>): string {
  const written = Object.hasOwn(input, "destinationType") ? input["destinationType"] : undefined;
  return typeof written === "string" ? written.toUpperCase() : "";
}

function readServerDestination(
  input: Record<string, unknown>,
  reading: Reading,
): DestinationDraft | undefined {
  const draft = readServerBase(input, reading);
  if (draft === undefined) return undefined;
  const foreign = Object.entries(input).filter(
    ([name]) => !Object.hasOwn(draft, name) && ownerOf(name) === null,
  );
  if (foreign.length === 0) return draft;
  const ownKeys = new FreeFormCopier().copyKeys(foreign, reading);
  return { ...draft, ownKeys };
}

/** The only type that has the key, or null where every type or none has it. */
function ownerOf(name: string): DestinationType | null {
  if (Object.hasOwn(SHARED_KEYS, name)) return null;
  if (Object.hasOwn(URL_KEYS, name)) return "PUSH";
  return Object.hasOwn(COOKIE_KEYS, name) ? "ADS" : null;
}

function noteForeignKey(type: DestinationType) {
  return (name: string, known: Iterable<string>, reading: Reading): void => {
    const owner = ownerOf(name);
    if (owner === null) noteUnknownKey(name, known, reading);
    else {
      const message = `The key ${quote(name)} is for destinations of type ${owner}; this one is ${type}.`;
      reading.fault("E_UNKNOWN_KEY", message);
    }
  };
}
