// Values that a document may not hold, place by place: each row plants one fault and says how it is told.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ABSENT, aDocument, plant } from "../builders.ts";
import { readWorkspace } from "../read-workspace.ts";

type Row = readonly [pointer: string, value: unknown, code: string, message: string | RegExp];

const HOST = 'expected a host name without scheme, port or wildcard, such as "www.example.com".';
const ID = "expected an ID, which is a positive integer";

const ROWS: readonly Row[] = [
  // The document
  ["/zebra", [], "E_UNKNOWN_KEY", /^Unknown key "zebra"; the known keys are settings, partners, /],
  ["/trait", [], "E_UNKNOWN_KEY", 'Unknown key "trait"; did you mean "traits"?'],
  ["/__proto__", [], "E_UNKNOWN_KEY", /^Unknown key "__proto__"/],
  ["/constructor", 1, "E_UNKNOWN_KEY", /^Unknown key "constructor"/],
  ["/partnerSites", {}, "E_TYPE", "Found an object; expected a list."],
  ["/partnerSites", null, "E_TYPE", "Found null; expected a list."],
  ["/idSyncs/0", [], "E_TYPE", "Found a list; expected an object."],
  ["/idSyncs/0", "x", "E_TYPE", 'Found the text "x"; expected an object.'],

  // Settings
  ["/settings", null, "E_TYPE", "Found null; expected an object."],
  ["/settings/oversized", "soft", "E_UNKNOWN_KEY", /did you mean "oversize"\?$/],
  ["/settings/oversize", "hard", "E_VALUE", 'Found "hard"; expected "soft" or "http".'],
  ["/settings/cookieConfirm", "false", "E_TYPE", 'Found the text "false"; expected true or false.'],
  ["/settings/blockedCountries", ["CUB"], "E_VALUE", /expected a country as two letters/],
  ["/settings/rateLimit", true, "E_TYPE", "Found true; expected an object."],
  ["/settings/autoDeny", { perId: 1, windowSeconds: 1 }, "E_MISSING_KEY", /"hours" is required/],
  ["/settings/autoDeny", { perId: 0, windowSeconds: 1, hours: 1 }, "E_VALUE", /integer from 1 to/],
  ["/settings/tcf/vendorId", 70_000, "E_VALUE", /expected an integer from 1 to 65535/],
  ["/settings/tcf/cmps", { known: [7] }, "E_MISSING_KEY", 'The key "deleted" is required.'],
  ["/settings/serviceHosts", ["https://a.example"], "E_VALUE", new RegExp(HOST)],

  // Partners
  ["/partners/0/pid", "1957", "E_TYPE", `Found the text "1957"; ${ID}.`],
  ["/partners/0/pid", 0, "E_VALUE", `Found 0; ${ID} below 2^53.`],
  ["/partners/0/pid", -1, "E_VALUE", `Found -1; ${ID} below 2^53.`],
  ["/partners/0/pid", 1.5, "E_VALUE", `Found 1.5; ${ID} below 2^53.`],
  ["/partners/0/pid", 2 ** 53, "E_VALUE", `Found 9007199254740992; ${ID} below 2^53.`],
  ["/partners/0/name", ABSENT, "E_MISSING_KEY", 'The key "name" is required.'],
  ["/partners/0/name", "", "E_VALUE", "Found an empty text; expected at least one character."],
  ["/partners/0/name", "x".repeat(256), "E_LIMIT", /has 256 characters; at most 255 are allowed/],
  ["/partners/0/alias", "a.b", "E_VALUE", /^Found "a\.b"; expected one DNS label/],
  ["/partners/0/alias", "-a", "E_VALUE", /expected one DNS label/],
  ["/partners/0/alias", "a".repeat(64), "E_VALUE", /expected one DNS label/],
  ["/partners/0/alias", "", "E_VALUE", /^Found an empty text|^Found ""; expected one DNS label/],
  [
    "/partners/0/alias",
    "DPM",
    "E_VALUE",
    'The alias "DPM" is reserved for a host of the platform.',
  ],
  ["/partners/0/alias", "www", "E_VALUE", /reserved/],
  ["/partners/0/alias", "fast", "E_VALUE", /reserved/],
  ["/partners/0/alias", "irl1", "E_VALUE", /reserved/],
  ["/partners/0/orgId", "A1B2@AdobeOrg", "E_VALUE", /expected an org ID: 24 hexadecimal digits/],
  ["/partners/0/idMapping", "none", "E_VALUE", 'Found "none"; expected "keyed" or "pid-xor".'],
  ["/partners/0/hostnames", ["*.a.example"], "E_VALUE", `Found "*.a.example"; ${HOST}`],
  ["/partners/0/hostnames", ["a.example:80"], "E_VALUE", `Found "a.example:80"; ${HOST}`],
  ["/partners/0/ipObfuscation", "some", "E_VALUE", 'Found "some"; expected "none" or "all".'],
  ["/partners/0/ipObfuscation", ["D"], "E_VALUE", /expected a country as two letters/],
  ["/partners/0/traitInResponse", true, "E_UNKNOWN_KEY", /did you mean "traitsInResponse"\?$/],

  // Data sources
  ["/dataSources/0/pid", ABSENT, "E_MISSING_KEY", 'The key "pid" is required.'],
  ["/dataSources/0/idType", ABSENT, "E_MISSING_KEY", 'The key "idType" is required.'],
  ["/dataSources/0/idType", "PERSON", "E_VALUE", /expected "CROSS_DEVICE", "COOKIE" or "DEVICE_/],
  ["/dataSources/0/retentionMonths", 0, "E_VALUE", "Found 0; expected an integer from 1 to 60."],
  ["/dataSources/0/retentionMonths", 61, "E_VALUE", "Found 61; expected an integer from 1 to 60."],
  ["/dataSources/0/integrationCode", "", "E_VALUE", /integration code without control characters/],
  ["/dataSources/0/integrationCode", "a\u0001", "E_VALUE", /^Found "a\\u0001"; expected an integ/],
  ["/dataSources/0/integrationCode", "AVID", "E_VALUE", 'The integration code "AVID" is reserved.'],
  ["/dataSources/1/authenticatedProfile", true, "E_VALUE", /^A data source of type COOKIE has no/],
  ["/dataSources/0/inboundIdType", "ECID", "E_VALUE", /expected "CUSTOMER_ID"/],

  // Traits and segments
  ["/traits/1/ttl", -1, "E_VALUE", "Found -1; expected an integer from 0 to 3650."],
  ["/traits/1/ttl", 3651, "E_VALUE", "Found 3651; expected an integer from 0 to 3650."],
  ["/traits/1/ttl", "120", "E_TYPE", /^Found the text "120"; expected an integer/],
  ["/traits/1/status", "PAUSED", "E_VALUE", 'Found "PAUSED"; expected "ACTIVE" or "INACTIVE".'],
  ["/traits/1/traitType", "FOLDER_TRAIT", "E_VALUE", /^Found "FOLDER_TRAIT"; expected "RULE_BASED/],
  ["/traits/1/traitRule", 5, "E_TYPE", "Found 5; expected the text of a rule."],
  ["/traits/1/folderId", -1, "E_VALUE", /^Found -1; expected an ID/],
  ["/segments/0/segmentRule", ABSENT, "E_MISSING_KEY", 'The key "segmentRule" is required.'],
  ["/segments/0/segmentRule", null, "E_TYPE", "Found null; expected the text of a rule."],
  ["/segments/0/legacyId", 0, "E_VALUE", /^Found 0; expected an ID/],

  // Destinations
  ["/destinations/0/destinationType", "MAIL", "E_VALUE", /expected "PUSH", "ADS" or "S2S"/],
  ["/destinations/0/destinationType", ABSENT, "E_MISSING_KEY", /"destinationType" is required/],
  [
    "/destinations/0/startDate",
    "2026-02-30",
    "E_VALUE",
    /^Found "2026-02-30"; there is no such day/,
  ],
  ["/destinations/0/startDate", "2026-2-3", "E_VALUE", /expected a day as yyyy-MM-dd/],
  ["/destinations/0/platform", "iOS", "E_VALUE", 'Found "iOS"; expected "BROWSER" or "ALL".'],
  ["/destinations/0/cookieName", "a b", "E_VALUE", /expected the name of a cookie/],
  ["/destinations/0/cookieName", ABSENT, "E_MISSING_KEY", 'The key "cookieName" is required.'],
  ["/destinations/0/cnameDomain", "*.a.example", "E_VALUE", new RegExp(HOST)],
  ["/destinations/0/cnameDomain", "https://www.a.example", "E_VALUE", new RegExp(HOST)],
  ["/destinations/0/maxSize", 0, "E_VALUE", /expected an integer from 1 to 65536/],
  ["/destinations/0/maxSize", "2k", "E_TYPE", /^Found the text "2k"; expected an integer/],
  ["/destinations/0/minIntervalSeconds", 0, "E_VALUE", /expected an integer from 1/],
  ["/destinations/0/formatType", "multi", "E_VALUE", /expected "single_key" or "key_value"/],
  ["/destinations/0/keySeparator", "", "E_VALUE", /^Found an empty text/],
  [
    "/destinations/0/tagType",
    1,
    "E_UNKNOWN_KEY",
    /is for destinations of type PUSH; this one is ADS/,
  ],
  [
    "/destinations/1/cookieName",
    "x",
    "E_UNKNOWN_KEY",
    /is for destinations of type ADS; this one is/,
  ],
  ["/destinations/1/masterDpid", 1, "E_UNKNOWN_KEY", /^Unknown key "masterDpid"/],
  ["/destinations/3/cookieName", "x", "E_UNKNOWN_KEY", /of type ADS; this one is S2S/],
  ["/destinations/3/realtime/__proto__", {}, "E_UNKNOWN_KEY", 'The key "__proto__" is refused.'],
  ["/destinations/1/tagType", 2, "E_VALUE", 'Found "2"; expected 0 or 1.'],
  ["/destinations/2/delimiter", ";".repeat(9), "E_LIMIT", /has 9 characters; at most 8/],
  ["/destinations/2/urlFormatString", "//x.example/", "E_VALUE", /has no %ALIAS%/],
  [
    "/destinations/2/secureUrlFormatString",
    "http://x.example/%ALIAS%",
    "E_VALUE",
    /begins with http/,
  ],
  [
    "/destinations/2/urlFormatString",
    ABSENT,
    "E_MISSING_KEY",
    /required where segments are serial/,
  ],
  ["/destinations/2/delimiter", null, "E_MISSING_KEY", /required where segments are serialized/],
  ["/destinations/0/singleKey", ABSENT, "E_MISSING_KEY", /required with the format "single_key"/],
  ["/destinations/1/mappings/0/url", "javascript:alert(1)", "E_VALUE", /^Found "javascript:alert/],
  ["/destinations/1/mappings/0/url", "https://a.example/ b", "E_VALUE", /holds no blanks/],
  ["/destinations/1/mappings/0/secureUrl", "http://a.example/", "E_VALUE", /^Found "http:/],
  ["/destinations/1/mappings/0/url", ABSENT, "E_MISSING_KEY", /in a mapping of a URL destination/],
  ["/destinations/1/mappings/0/valueAlias", "x", "E_VALUE", /has no "valueAlias"; expected null/],
  [
    "/destinations/2/mappings/0/url",
    "//a.example/",
    "E_VALUE",
    /serialized URL destination has no/,
  ],
  ["/destinations/0/mappings/0/valueAlias", ABSENT, "E_MISSING_KEY", /format "single_key"/],
  ["/destinations/0/mappings/0/traitAlias", "x", "E_VALUE", /has no "traitAlias"/],
  ["/destinations/0/mappings/0/mappingId", ABSENT, "E_MISSING_KEY", /"mappingId" is required/],
  [
    "/destinations/0/mappings/0/priority",
    "1",
    "E_TYPE",
    /^Found the text "1"; expected an integer/,
  ],
  ["/destinations/0/mappings", {}, "E_TYPE", "Found an object; expected a list."],

  // The small lists
  ["/partnerSites/0/url", "http://example.com", "E_VALUE", `Found "http://example.com"; ${HOST}`],
  ["/idSyncs/0/urls", [], "E_VALUE", "The list is empty; expected at least 1."],
  ["/idSyncs/0/urls", ["ftp://a.example/"], "E_VALUE", /^Found "ftp:/],
  ["/idSyncs/0/tag", "script", "E_VALUE", 'Found "script"; expected "img" or "iframe".'],
  ["/idSyncs/0/container", -1, "E_VALUE", /expected an integer from 0/],
  ["/derivedSignals/0/sourceKey", "x".repeat(229), "E_LIMIT", /has 229 characters; at most 228/],
  ["/derivedSignals/0/sourceKey", "", "E_VALUE", /^Found an empty text/],
];

/** Faults inside a planted list or object stand below the place where it was planted. */
function expectedPlace(pointer: string, value: unknown): RegExp {
  const nested = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  return new RegExp(`^${pointer.replaceAll(/[.*]/g, "\\$&")}${nested ? "/" : "$"}`);
}

describe("a value that a document may not hold is named with its place and what was expected", () => {
  for (const [pointer, value, code, message] of ROWS) {
    const shown = value === ABSENT ? "left out" : String(JSON.stringify(value)).slice(0, 40);
    it(`${pointer} ${shown}: ${code}`, () => {
      const document = aDocument();
      plant(document, pointer, value);
      const read = readWorkspace(document);
      assert.equal(read.ok, false);
      const faults = read.ok ? [] : read.error;
      const fault = faults.find((candidate) => candidate.code === code);
      assert.ok(fault !== undefined, `found only ${JSON.stringify(faults)}`);
      assert.match(fault.at, expectedPlace(pointer, value));
      if (typeof message === "string") assert.equal(fault.message, message);
      else assert.match(fault.message, message);
    });
  }
});
