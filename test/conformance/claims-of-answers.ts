import type { ClaimList } from "./claims.ts";

const EVENTS = "test/conformance/events.test.ts";
const IDENTITIES = "test/conformance/identities.test.ts";
const URLS = "src/delivery/url-destination.test.ts";
const COOKIES = "src/delivery/cookie-destination.test.ts";
const CAPS = "src/event/destination-caps.test.ts";
const SYNCS_TEST = "src/delivery/id-syncs.test.ts";

export const EVENT_FIELDS: ClaimList = {
  title: "The answer to an event",
  claims: [
    {
      what: "`uuid`",
      promise: "the device, unless the call was refused",
      shownBy: ["event-json-minimal", "event-after-global-opt-out"],
    },
    {
      what: "`u`",
      promise: "its older name, for partners who want it",
      shownBy: [`${EVENTS}: the alias u is there for partners who want it`],
    },
    {
      what: "`dcs_region`",
      promise: "a number, in refusals too",
      shownBy: ["event-json-minimal", "id-invalid-mid"],
    },
    { what: "`tid`", promise: "names the call", shownBy: ["event-json-minimal"] },
    {
      what: "`stuff`: `cn`, `cv`, `ttl`, `dmn`",
      promise: "cookies for the page to set",
      shownBy: [
        "event-json-minimal",
        "src/delivery/plan.test.ts: the destination vectors",
        `${COOKIES}: the value is raw: the client encodes it`,
      ],
    },
    {
      what: "`dests`: `c`, `e`, `y`, `id`",
      promise: "URLs for the page to fire",
      shownBy: [
        "dests-left-out-when-empty",
        `${EVENTS}: an app is told of the URL destinations of its platform`,
        "src/delivery/plan.test.ts: the destination vectors",
      ],
    },
    {
      what: "`dests`: `hr`",
      promise: "whether a URL may see the referrer; never a number for phones",
      shownBy: [
        `${URLS}: says that the referrer may be seen`,
        `${URLS}: says nothing of it to mobile platforms`,
      ],
    },
    {
      what: "caps of destinations: `minIntervalSeconds`, `maxPerDay`",
      promise: "a device is told at most so often; what was answered and stored counts",
      shownBy: [
        `${CAPS}: the cases of caps, call by call`,
        `${CAPS}: an answer that tells no page of destinations does not count`,
        `${CAPS}: what could not be stored was not told, and does not count`,
      ],
    },
    {
      what: "macros of destinations",
      promise:
        "`%alias%`, `%did%`, `%mcid%`, `%dpid_<id>%`, `%region%`, `%rnd%`, `%timestamp%`, `%http_proto%`, `${GDPR}`, `${GDPR_CONSENT_<id>}`",
      shownBy: [
        `${URLS}: are known in any letter case`,
        `${URLS}: are percent-encoded, and the alias is not`,
        `${URLS}: are empty where the visitor has no such ID`,
        "tcf-cmp-unknown",
      ],
    },
    {
      what: "`ibs`",
      promise: "ID syncs for the page to fire",
      shownBy: ["ibs-with-jsonv1", "ibs-disabled-with-jsonv0"],
    },
    {
      what: "`traits`, `segments`",
      promise: "realized by this call; all that the visitor is in after it",
      shownBy: ["traits-and-segments-cts2", "cts-not-enabled"],
    },
    {
      what: "`errors`: `code`, `msg`",
      promise: "what was wrong, in the order of detection",
      shownBy: ["mid-and-uuid-both-invalid", "bad-percent-encoding-json"],
    },
  ],
};

export const ID_FIELDS: ClaimList = {
  title: "The answer of the visitor ID service",
  claims: [
    {
      what: "`d_mid`",
      promise: "the visitor's ID with this organisation; one that came is given back",
      shownBy: ["id-first-visit", "id-echoes-mid", "id-coppa-with-mid"],
    },
    { what: "`id_sync_ttl`", promise: "604800", shownBy: ["id-first-visit"] },
    {
      what: "`d_blob`",
      promise: "opaque, short",
      shownBy: [
        "id-first-visit",
        "src/identity/blob.test.ts: a blob is 22 characters of URL-safe base64 and differs by region, hour and secret",
      ],
    },
    {
      what: "`dcs_region`, `d_ottl`, `tid`",
      promise: "always",
      shownBy: ["id-first-visit", "id-invalid-mid"],
    },
    {
      what: "`ibs`",
      promise: "always an array, empty for who may not be synced",
      shownBy: ["ibs-other-container-empty", "id-global-opt-out"],
    },
    {
      what: "`subdomain`",
      promise: "the partner's alias, for the sync page",
      shownBy: ["id-cookie-gives-other-mid-per-org"],
    },
    {
      what: "`d_optout`",
      promise: "`global`, for an opt-out of the platform only",
      shownBy: [
        "id-global-opt-out",
        "id-global-opt-out-with-mid",
        `${IDENTITIES}: who has opted out with the partner keeps the MID, and is told to nobody`,
      ],
    },
    {
      what: "`error_msg`",
      promise: "text, on fatal errors only",
      shownBy: ["id-invalid-mid", "id-bad-customer-id-keeps-mid"],
    },
    {
      what: "`errors`",
      promise: "as on an event",
      shownBy: ["id-bad-customer-id-keeps-mid", "id-unknown-org"],
    },
    {
      what: "form",
      promise: "JSON without being asked, or a callback; no version needed",
      shownBy: [
        "id-without-rtbd-still-json",
        `${IDENTITIES}: the visitor ID service answers a callback, and a call without a version`,
        `${IDENTITIES}: on the partner's own host the visitor ID service needs no org`,
      ],
    },
    {
      what: "`d_coppa`",
      promise: "a new ID each time, no cookie, no syncs",
      shownBy: [
        `${IDENTITIES}: under child protection each call has another MID, no syncs and no cookie`,
      ],
    },
    {
      what: "`d_verify`",
      promise: "tests the cookie by a second leg",
      shownBy: [
        `${IDENTITIES}: a visitor ID call with d_verify is sent to a second leg with a new cookie`,
      ],
    },
  ],
};

export const SYNCS: ClaimList = {
  title: "ID syncs, inbound",
  claims: [
    {
      what: "`dpid`, `dpuuid`, `d_cid`",
      promise: "the other party's ID; `?` may stand for the first `&`",
      shownBy: ["ibs-with-redir", "ibs-cid-form", "ibs-late-question-mark"],
    },
    {
      what: "`d_uuid`, `ddsuuid`",
      promise: "name the device",
      shownBy: [
        `${IDENTITIES}: a sync names the device by d_uuid or by its old name, and sets no cookie then`,
      ],
    },
    {
      what: "`redir` and its macros",
      promise: "where to go, with our ID; nowhere else than the data source allows",
      shownBy: [
        "ibs-with-redir-raw-macro",
        `${IDENTITIES}: a sync redirects only where its data source allows, and stores nothing otherwise`,
        `${IDENTITIES}: macros of consent are filled into the target of a sync`,
      ],
    },
    {
      what: "no redirect",
      promise: "for who opted out or refused, and where no ID was accepted",
      shownBy: [
        "ibs-global-opt-out",
        "ibs-no-accepted-id-no-redirect",
        "ibs-unknown-data-source",
        "ibs-no-consent-no-partner-dropped",
      ],
    },
  ],
};

export const PAGE: ClaimList = {
  title: "ID syncs, outbound",
  claims: [
    {
      what: "`ibs`: `id`, `ttl`, `tag`, `url`, `fireURLSync`, `syncOnPage`",
      promise: "what a page is to fire, in the order of the syncs",
      shownBy: [
        "ibs-with-jsonv1",
        `${SYNCS_TEST}: syncs of the container come in the order of their IDs, each with its fields`,
      ],
    },
    {
      what: "cookie `dextp`",
      promise: "says what was fired lately, which is left out",
      shownBy: [`${SYNCS_TEST}: a sync that the page fired within its time is left out`],
    },
    {
      what: "macros and consent",
      promise: "filled in by the server; consent is passed on to those who want it",
      shownBy: [
        `${SYNCS_TEST}: macros are filled in, an alias is none here, and base64 is there for those who want it`,
        `${SYNCS_TEST}: consent is passed on to those who want it and have no macro for it`,
      ],
    },
    {
      what: "the page",
      promise: "HTML, may be framed, keeps or makes the cookie",
      shownBy: ["dest5-page", "dest5-opted-out"],
    },
  ],
};
