import type { ClaimList } from "./claims.ts";

const EVENTS = "test/conformance/events.test.ts";
const IDENTITIES = "test/conformance/identities.test.ts";
const UNREADABLE = "test/conformance/unreadable-visitors.test.ts";
const SILENT_SERVERS =
  "test/journeys/store-outage.slow.test.ts: servers fall silent that hold others' records: 201 to 203 say what the answer was made without, and it is stored";
const DECLARED = "src/event/declared-ids/declared-ids.test.ts";
const STRICT = "src/event/strict/strict.test.ts";

export const OPT_OUTS: ClaimList = {
  title: "Opting out",
  claims: [
    {
      what: "of the platform",
      promise: "by cookie, before all else, with every partner",
      shownBy: ["global-opt-out", "event-after-global-opt-out", "id-global-opt-out"],
    },
    {
      what: "of a partner, by device",
      promise: "`d_uuid`, or `d_mid` with the org",
      shownBy: ["partner-opt-out-json", "partner-opt-out-by-mid-on-dpm"],
    },
    {
      what: "of a partner, by customer ID",
      promise:
        "the ID and the device that it was last linked to; any call that names either is refused",
      shownBy: [
        "cid-of-opted-out-customer",
        "partner-opt-out-cid-without-mapping-uses-cookie",
        `${IDENTITIES}: an opt-out by customer ID means the ID and the device it was last linked to`,
      ],
    },
    {
      what: "of a partner, by the older pair",
      promise: "the device behind it, not the pair",
      shownBy: [`${IDENTITIES}: an opt-out by the deprecated pair means the device behind it`],
    },
    {
      what: "without IDs, and at `www`",
      promise: "the browser's own",
      shownBy: [
        `${IDENTITIES}: an opt-out without IDs means the browser: the partner's on its host, the platform's elsewhere`,
        `${IDENTITIES}: an opt-out at www ignores IDs`,
        `${IDENTITIES}: an opt-out with nobody to flag says only where it was answered`,
      ],
    },
    {
      what: "segments",
      promise: "all of the partner's are left, nobody else's",
      shownBy: [
        "src/event/qualify/qualify.test.ts: leaves those of pairs and of paused segments too, and no other partner's",
      ],
    },
    {
      what: "clicks",
      promise: "still arrive, and tell nothing",
      shownBy: ["click-opted-out-still-redirects", "click-bad-uuid-still-redirects"],
    },
  ],
};

export const CONSENT: ClaimList = {
  title: "Consent, countries, pages, limits",
  claims: [
    {
      what: "`gdpr`, `gdpr_consent`",
      promise: "TCF version 2: vendor, purposes 1 and 10",
      shownBy: [
        "tcf-consent-range",
        "tcf-does-not-apply",
        "src/event/permit/tc-string.test.ts: every purpose and every vendor is read as the trade's own library wrote it",
      ],
    },
    {
      what: "a refusal",
      promise: "opts the IDs of the call out; a missing or broken string only ends the call",
      shownBy: [
        "tcf-purpose-10-missing",
        "tcf-applies-but-no-string",
        "tcf-garbage-string",
        `${EVENTS}: a refusal of consent opts the device out with the partner, and a missing string does not`,
      ],
    },
    {
      what: "countries",
      promise: "blocked by the platform or by the partner",
      shownBy: ["country-embargoed", "country-blocked-by-partner"],
    },
    {
      what: "IP obfuscation",
      promise: "before anything looks at the address",
      shownBy: [
        "ip-obfuscated-before-geo",
        "src/event/handle-event.test.ts: the client's address is shortened for a partner who wants that",
      ],
    },
    {
      what: "pages",
      promise: "a list of those that may call",
      shownBy: ["referer-not-allowed", "referer-below-allowed-host"],
    },
    {
      what: "rate limits",
      promise: "429 with a time to wait, or error 307",
      shownBy: [
        "rate-limited",
        `${EVENTS}: in soft mode whoever comes too often hears of it in error 307`,
      ],
    },
    {
      what: "denied IDs",
      promise: "whoever comes far too often, or whom the operator names",
      shownBy: [
        "cid-denylisted-with-device",
        "uuid-denylisted-alone",
        "device-id-denylisted-with-cookie",
        `${EVENTS}: whoever comes far too often is denied for a time, where that is turned on`,
        `${EVENTS}: a device is denied by its MID too, and named as the call named it`,
      ],
    },
  ],
};

const error = (code: number, promise: string, ...shownBy: readonly string[]) => {
  return { what: `error ${code}`, promise, shownBy };
};

export const ERRORS: ClaimList = {
  title: "Errors",
  claims: [
    error(0, "a fault of ours: nothing was stored", "internal-error"),
    error(1, "nobody's host", "unknown-host", "regional-host-without-partner"),
    error(2, "nobody's org", "id-unknown-org", "event-unknown-orgid"),
    error(10, "rules could not be evaluated; the rest stands", "trait-evaluation-failed"),
    error(
      100,
      "no host",
      "src/http/collection/collection-server.test.ts: a request without a host gets error 100, one with two gets HTTP's refusal or an answer",
    ),
    error(101, "a malformed MID", "mid-invalid", "id-invalid-mid"),
    error(102, "a malformed device ID", "mid-and-uuid-both-invalid"),
    error(104, "no declared ID is left", "cid-blank-id-alone", "cid-blank-id-with-device"),
    error(109, "a page that may not call", "referer-not-allowed"),
    error(171, "an opt-out", "event-after-global-opt-out", "cid-of-opted-out-customer"),
    error(172, "no cookie on a second leg", "firstevent-without-cookie"),
    error(198, "a country that the partner blocks", "country-blocked-by-partner"),
    error(199, "a country that the platform blocks", "country-embargoed"),
    error(
      200,
      "the profile could not be read",
      "profile-read-failed",
      "test/journeys/store-outage.slow.test.ts: 200: another device's profile is damaged, and the answer is made without it",
    ),
    error(
      201,
      "the devices of an ID could not be read",
      `${UNREADABLE}: the devices of a customer`,
      SILENT_SERVERS,
    ),
    error(
      202,
      "the IDs of a device could not be read",
      `${UNREADABLE}: who was last logged in on another device`,
      SILENT_SERVERS,
    ),
    error(
      203,
      "the cluster of a device could not be read",
      `${UNREADABLE}: the cluster of the device`,
      SILENT_SERVERS,
    ),
    error(
      300,
      "a malformed declared ID",
      "cid-missing-data-source",
      "cid-non-numeric-data-source",
      "cid-ic-unknown",
    ),
    error(301, "too many declared IDs", "twelve-ids"),
    error(302, "another partner's data source", "cid-foreign-data-source"),
    error(303, "a denied customer ID", "cid-denylisted-with-device"),
    error(
      304,
      "a denied data source",
      `${DECLARED}: of a denied data source is not looked at any further`,
    ),
    error(306, "a denied advertising ID", "device-id-denylisted-with-cookie"),
    error(307, "a denied device, or a caller who comes too often", "uuid-denylisted-alone"),
    error(309, "an ID beyond ten", "twelve-ids"),
    error(
      310,
      "an ID beyond three of its data source",
      `${DECLARED}: of one data source: from the fourth on each is dropped, whatever names the source`,
    ),
    error(
      311,
      "a request that cannot be read",
      "bad-percent-encoding-json",
      "post-wrong-content-type",
    ),
    error(312, "an advertising ID of another form", "idfa-lowercase", "gaid-uppercase"),
    error(313, "a consent platform that is not on the list", "tcf-cmp-unknown"),
    error(314, "a consent platform that was deleted from the list", "tcf-cmp-deleted"),
    error(315, "consent that is missing or not enough", "tcf-purpose-10-missing"),
  ],
};

export const OWN: ClaimList = {
  title: "Extensions of our own",
  claims: [
    {
      what: "`d_strict=1`",
      promise:
        "errors say where they lie (`at`) and what would have been right (`hint`), for partners with `strictMode`",
      shownBy: [
        `${STRICT}: an error says where it lies and what would have been right:`,
        `${STRICT}: every code is in these tables`,
        `${STRICT}: without the parameter, or without the partner's leave, an answer is what it always was`,
      ],
    },
    {
      what: "`/demoptin`",
      promise: "the way back from an opt-out, where the operator turns it on",
      shownBy: [
        "demoptin-disabled-by-default",
        `${IDENTITIES}: the way back undoes an opt-out where it is turned on`,
      ],
    },
    {
      what: "`cookieConfirm`",
      promise: "whether cookies are tested by a second leg at all",
      shownBy: ["event-cookie-test", "event-cookie-test-not-with-uuid"],
    },
  ],
};
