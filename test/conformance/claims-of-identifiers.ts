// Whom a call names, and which headers go along.

import type { ClaimList } from "./claims.ts";

const EVENTS = "test/conformance/events.test.ts";
const IDENTITIES = "test/conformance/identities.test.ts";
const SERVER = "src/http/collection/collection-server.test.ts";
const DECLARED = "src/event/declared-ids/declared-ids.test.ts";

export const IDENTIFIERS: ClaimList = {
  title: "Who is meant",
  claims: [
    {
      what: "the host",
      promise: "names the partner, in any letter case, with any port",
      shownBy: ["host-port-and-case-ignored", "unknown-host"],
    },
    {
      what: "`d_orgid`",
      promise: "names the partner on hosts of the platform, and decodes `d_mid` elsewhere",
      shownBy: [
        "regional-host-with-orgid",
        "regional-host-without-partner",
        "mid-decoded-with-explicit-org",
        "event-unknown-orgid",
      ],
    },
    {
      what: "`d_uuid`",
      promise: "the device, before all else",
      shownBy: ["explicit-uuid-beats-cookie", "uuid-beats-mid"],
    },
    {
      what: "`d_mid`",
      promise: "the device in the partner's words, before the cookie",
      shownBy: ["mid-resolves-to-uuid", "mid-beats-cookie"],
    },
    {
      what: "cookie `demdex`",
      promise: "the device of a browser; a malformed one is replaced",
      shownBy: ["cookie-visitor-keeps-uuid", "malformed-cookie-is-replaced"],
    },
    {
      what: "UUID and MID",
      promise: "one follows from the other, each organisation sees another",
      shownBy: [
        "src/identity/id-mapping.test.ts: gives the MIDs that two organisations are known to see of one device",
        "src/identity/id-mapping.test.ts: is the documented Feistel network, written out a second time",
      ],
    },
    {
      what: "`d_cid`",
      promise: "an ID in a data source, by number",
      shownBy: [
        "cid-first-seen",
        "cid-known-mapping-no-cookie",
        "cid-encoded-reserved-characters",
        "cid-repeated",
      ],
    },
    {
      what: "`d_cid_ic`",
      promise: "the same by integration code",
      shownBy: ["cid-ic", "cid-ic-unknown", "mobile-cid-without-id"],
    },
    {
      what: "`d_cid_ns`",
      promise: "the same by the code of a shared data source",
      shownBy: [
        `${EVENTS}: a shared data source is named by its code in d_cid_ns, a partner's own is not`,
      ],
    },
    {
      what: "`d_dpid` + `d_dpuuid`, `dpid` + `dpuuid`",
      promise: "the older pair",
      shownBy: ["dpid-dpuuid-pair", "dpid-dpuuid-unprefixed"],
    },
    {
      what: "authentication states",
      promise: "0 unknown, 1 logged in, 2 logged out; anything else is unknown",
      shownBy: [
        "cid-auth-state-authenticated",
        "cid-auth-state-logged-out",
        "cid-auth-state-garbage-is-unknown",
      ],
    },
    {
      what: "`AVID`",
      promise: "the Analytics visitor ID, for every partner",
      shownBy: [
        "analytics-id-integration-code",
        `${DECLARED}: is an alias of the device under a key that no call can name`,
      ],
    },
    {
      what: "limits",
      promise: "ten IDs a call, three a data source",
      shownBy: ["three-ids-in-one-namespace", "ten-ids-accepted", "twelve-ids"],
    },
    {
      what: "advertising IDs",
      promise: "eight data sources for every partner, with their formats",
      shownBy: [
        ...["idfa-uppercase", "idfa-lowercase", "idfa-is-a-stable-device-alias", "gaid-uppercase"],
        ...["fire-tv-uppercase", "lg-webos", "vizio", "maid-with-punctuation", "tifa-hyphenated"],
      ],
    },
    {
      what: "links",
      promise: "the latest one counts; each lives for 120 days after it was seen",
      shownBy: [
        "src/event/declared-ids/choose-device.test.ts: a link lives 120 whole days after the day of its last sync",
        "src/event/qualify/two-callers.test.ts: links, the order of logins, counts and segments are those of a sequential oracle",
      ],
    },
    {
      what: "profile merge rules",
      promise: "which profiles a call reads and writes",
      shownBy: [
        "src/event/qualify/qualify.test.ts: No Cross-Device Profile: of one user's three phones, the two that match",
        "src/event/qualify/qualify.test.ts: Last Authenticated and Device: of two households on two devices each, one device and its household",
        "src/event/qualify/qualify.test.ts: Profile Link: flights, hotels and tours on three devices, and all three are in",
      ],
    },
    {
      what: "`device_consent=0`, `d_consent_ic`",
      promise: "an app withholds its advertising ID",
      shownBy: [
        "src/event/declared-ids/link-changes.test.ts: an app withholds the ID of an advertising data source by its code, and only so",
      ],
    },
  ],
};

export const HEADERS: ClaimList = {
  title: "Headers and cookies",
  claims: [
    {
      what: "`Cache-Control`, `Pragma`, `Expires`",
      promise: "nothing may be kept",
      shownBy: ["cache-headers"],
    },
    {
      what: "`X-TID`, `DCS`, `P3P`, `Cross-Origin-Resource-Policy`, `Timing-Allow-Origin`, `Content-Length`, `X-Content-Type-Options`",
      promise: "on every answer",
      shownBy: [
        "x-tid-header",
        `${SERVER}: every answer carries the headers of the protocol`,
        `${SERVER}: the transaction in the header is the one in the body`,
      ],
    },
    {
      what: "`X-Error`",
      promise: "each code once, in the order of detection; absent where nothing is wrong",
      shownBy: ["no-x-error-when-clean", "mid-and-uuid-both-invalid"],
    },
    {
      what: "`Strict-Transport-Security`",
      promise: "over TLS only",
      shownBy: [
        `${SERVER}: behind a trusted proxy that speaks TLS the cookie and the headers say so`,
      ],
    },
    {
      what: "`Access-Control-*`, `Vary`",
      promise: "any origin, with credentials, on errors too",
      shownBy: ["cors-echo-origin", "cors-on-error-response", "options-preflight"],
    },
    {
      what: "cookie `demdex`",
      promise: "180 days, anew at each call; not where only the caller named the device",
      shownBy: [
        "cookie-visitor-keeps-uuid",
        "explicit-uuid-beats-cookie",
        `${SERVER}: without TLS the cookie names no attribute that a browser would refuse`,
      ],
    },
    {
      what: "cookie `dpm`",
      promise: "the same ID for the sync host",
      shownBy: [`${IDENTITIES}: a sync on the sync host sets both cookies, with the same ID`],
    },
    {
      what: "cookies `dextp`, `DST`",
      promise: "marked and removed by an opt-out of the platform",
      shownBy: ["global-opt-out"],
    },
    {
      what: "status",
      promise: "200 for every refusal, a fault of ours among them",
      shownBy: ["internal-error", "unknown-host"],
    },
  ],
};
