// Which paths there are, and what a call may say.

import type { ClaimList } from "./claims.ts";

const EVENTS = "test/conformance/events.test.ts";
const IDENTITIES = "test/conformance/identities.test.ts";
const SAMPLES = "test/journeys/documented-samples.test.ts";
const PARSE = "src/event/parse/parse.test.ts";
const SERVER = "src/http/collection/collection-server.test.ts";

export const ENDPOINTS: ClaimList = {
  title: "Paths and methods",
  claims: [
    {
      what: "`/event` by GET",
      promise: "signals in, traits and destinations out",
      shownBy: [
        "event-json-minimal",
        `${SAMPLES}: signals in a query, traits and segments in the answer`,
      ],
    },
    {
      what: "`/event` by POST",
      promise: "the same with a form in the body; query and body are one list",
      shownBy: ["post-form", "post-merges-query-and-body", `${SAMPLES}: a POST of a form`],
    },
    {
      what: "`/event?d_event=imp`",
      promise: "an impression: its attributes are signals",
      shownBy: ["impression-signals-evaluated", `${SAMPLES}: an impression`],
    },
    {
      what: "`/event?d_event=click`",
      promise: "counts the click and redirects to `d_rd`",
      shownBy: ["click-redirect-macro", "click-redirect-double-encoded"],
    },
    {
      what: "`/event?d_event=conv`",
      promise: "a conversion, treated like an impression",
      shownBy: [`${EVENTS}: a conversion is collected like an impression, and answered by a pixel`],
    },
    {
      what: "`/firstevent`",
      promise: "the second leg of a cookie test on `/event`",
      shownBy: ["firstevent-is-event", "firstevent-without-cookie", "event-cookie-test"],
    },
    {
      what: "`/` with a query",
      promise: "as `/event`",
      shownBy: [`${EVENTS}: the bare path with a query is an event`],
    },
    {
      what: "`/id`",
      promise: "says who a browser is, by the partner's own visitor ID",
      shownBy: ["id-first-visit", "id-from-cookie", "id-cookie-gives-other-mid-per-org"],
    },
    {
      what: "`/id/rd`",
      promise: "the second leg of a cookie test on `/id`",
      shownBy: [
        `${IDENTITIES}: a visitor ID call with d_verify is sent to a second leg with a new cookie`,
        `${IDENTITIES}: the second leg of the visitor ID service without a cookie is error 172 and no ID`,
      ],
    },
    {
      what: "`/optOutStatus`",
      promise: "reads the state of an opt-out and does nothing else",
      shownBy: [
        `${IDENTITIES}: the state of an opt-out is read from the cookie, and nothing else happens`,
      ],
    },
    {
      what: "`/ibs:…`",
      promise: "another party's ID of this browser, and a redirect to it with ours",
      shownBy: ["ibs-with-redir", "ibs-cid-form", "ibs-no-cookie-confirm-off"],
    },
    {
      what: "`/demconf.jpg?et:ibs|data:…`",
      promise: "the second leg of a cookie test on a sync",
      shownBy: [
        "demconf-second-leg",
        `${IDENTITIES}: a sync of a browser without a cookie is sent to a second leg where cookies are tested`,
      ],
    },
    {
      what: "`/demoptout`, `/demoptout.jpg`",
      promise: "ends the collection of a visitor, with one partner or with all",
      shownBy: ["global-opt-out", "partner-opt-out-json", "partner-opt-out-by-mid-on-dpm"],
    },
    {
      what: "`/dest5.html`",
      promise: "the page from which a browser fires ID syncs",
      shownBy: ["dest5-page", "dest5-opted-out"],
    },
    {
      what: "HEAD",
      promise: "as GET, without a body, and nothing is stored",
      shownBy: [
        "head-event",
        "src/event/handle-event.test.ts: a HEAD call is answered like a GET and leaves nothing behind",
      ],
    },
    { what: "OPTIONS", promise: "answers preflights", shownBy: ["options-preflight"] },
    {
      what: "`/robots.txt`, `/w3c/p3p.xml`",
      promise: "crawlers stay away; the policy reference is there",
      shownBy: ["src/http/collection/route.test.ts: /robots.txt"],
    },
    {
      what: "behind a proxy",
      promise: "address, scheme and host as a trusted proxy says; a stranger's word means nothing",
      shownBy: [
        "src/http/collection/forwarded.test.ts: a stranger's forwarding headers mean nothing",
        "src/http/collection/forwarded.test.ts: the client is the rightmost address that is no trusted proxy",
      ],
    },
    {
      what: "calls at once",
      promise: "for one visitor lose nothing, on whatever worker",
      shownBy: [
        "test/journeys/counting.test.ts: ten thousand calls at once for one visitor over two workers count exactly ten thousand",
      ],
    },
    {
      what: "bodies without end",
      promise: "are not read to it",
      shownBy: [
        `${SERVER}: a body beyond 64 KiB is not read to its end: error 311 and the connection closes`,
      ],
    },
    {
      what: "other methods and paths",
      promise: "405 and 404, empty",
      shownBy: ["method-not-allowed", "unknown-path-404"],
    },
  ],
};

export const EVENT_PARAMETERS: ClaimList = {
  title: "Parameters and signals",
  claims: [
    {
      what: "`d_rtbd`",
      promise: "`json` asks for JSON, anything else for a pixel",
      shownBy: [
        "event-json-minimal",
        "event-rtbd-unknown-value-is-pixel",
        `${PARSE}: the form is a pixel unless JSON is asked for in exactly that word`,
      ],
    },
    {
      what: "`d_cb`",
      promise: "a callback around the JSON; none that is no name of a function",
      shownBy: [
        "event-dcb-without-rtbd-is-pixel",
        "event-jsonp-unsafe-callback",
        `${SERVER}: JSONP is the callback around the object, and nothing after it`,
      ],
    },
    {
      what: "`d_jsonv`",
      promise: "`1` asks for ID syncs, `0` for none",
      shownBy: ["ibs-with-jsonv1", "ibs-disabled-with-jsonv0"],
    },
    {
      what: "`d_dst`",
      promise: "`1` asks for URL destinations",
      shownBy: ["post-merges-query-and-body", "dests-left-out-when-empty"],
    },
    {
      what: "`d_cts`",
      promise:
        "asks for traits and segments, by segment ID or legacy ID, where the partner allows it",
      shownBy: [
        "traits-and-segments-cts2",
        "cts-not-enabled",
        "cts-absent",
        `${SAMPLES}: the same with legacy segment IDs`,
      ],
    },
    {
      what: "`d_nsid`",
      promise: "the container of ID syncs",
      shownBy: ["ibs-other-container-empty"],
    },
    {
      what: "`d_ptfm`",
      promise: "the caller's platform, which chooses among destinations",
      shownBy: [`${EVENTS}: an app is told of the URL destinations of its platform`],
    },
    {
      what: "`d_sid`, `d_px`",
      promise: "traits named outright; what is no such trait is ignored",
      shownBy: [
        "sid-serialized",
        "sid-unknown-ignored",
        `${PARSE}: every list of trait IDs counts, under both names`,
      ],
    },
    {
      what: "`d_tdpid`, `d_tdpid_ic`",
      promise: "evaluates the rules of one data source only",
      shownBy: ["tdpid-limits-evaluation", "tdpid-ic-limits-evaluation"],
    },
    {
      what: "`d_coppa`",
      promise: "child protection: no cookie is set or read, nothing is fired",
      shownBy: ["event-coppa", `${EVENTS}: child protection sets and reads no cookie`],
    },
    {
      what: "`d_rd`",
      promise: "a click's target, encoded once or twice",
      shownBy: [
        "click-redirect-macro",
        "click-redirect-double-encoded",
        "click-redirect-header-injection",
        `${EVENTS}: a click goes only where the partner allows, and is not collected otherwise`,
        `${EVENTS}: a click without a target is a pixel, and one of an unknown partner or page leads nowhere`,
      ],
    },
    {
      what: "`%d_adgroup%`, `%d_bu%`, `%d_campaign%`, `%d_creative%`, `%d_placement%`, `%d_site%`, `%d_src%`, `%d_id%`, `%d_dpuuid%`, `%d_mid%`, `%d_uuid%`, `%d_region%`, `%r_rand%`, `${gdpr}`, `${gdpr_consent_<id>}`",
      promise: "filled into a click's target, encoded; empty where nothing is known",
      shownBy: [
        "click-uuid-and-region-macros",
        "click-macro-without-value",
        "click-dpid-macro-name",
        "click-gdpr-macro",
        "src/event/click-target.test.ts: of who the visitor is only the macros that ask get to know",
      ],
    },
    {
      what: "`d_src`, `d_site`, `d_creative`, `d_adgroup`, `d_placement`, `d_campaign`, `d_adsrc`, `d_bu`, `d_bust`",
      promise: "media attributes, which are signals",
      shownBy: ["impression-signals-evaluated"],
    },
    {
      what: "`dcs_region`, `d_blob`, `d_caller`, `d_time`, `d_dil_ver`, `_ts`, `ts`, `d_visid_ver`, `d_fieldgroup`, `d_cf`, `d_ld`, `d_coop_safe`, `d_coop_unsafe`",
      promise: "what clients say of themselves: taken, without effect on the answer",
      shownBy: [
        "unknown-d-parameter-ignored",
        "wrong-region-still-served",
        `${EVENTS}: parameters that ask for nothing change nothing`,
      ],
    },
    {
      what: "`c_`, bare and `d_` keys",
      promise: "signals; several values by comma or by repetition, quotes keep one together",
      shownBy: [
        "signal-serialized-values",
        `${SAMPLES}: several values in one signal`,
        `${SAMPLES}: a quoted value`,
      ],
    },
    {
      what: "`h_` keys",
      promise: "headers as signals; a parameter of that name replaces the header",
      shownBy: [
        "signal-referer-parameter-overrides",
        "src/event/handle-event.test.ts: headers are signals, but credentials and what proxies add are not",
      ],
    },
    {
      what: "`p_` keys",
      promise: "evaluated, never kept, logged or repeated",
      shownBy: [
        "test/journeys/private-values.test.ts: private values, raw queries and cookies are in no log, answer, metric or file",
      ],
    },
    {
      what: "operators of trait rules",
      promise:
        "`==`, `!=`, `>`, `<`, `>=`, `<=`, `contains`, `matcheswords`, `startswith`, `endswith`, `matchesregex`",
      shownBy: [
        "src/rules/trait-index/trait-index.test.ts: the worked examples of the manual hold in both indexes",
        "src/rules/trait-index/trait-index.test.ts: operators agree with the manual on values at their edges, in both indexes",
      ],
    },
    {
      what: "derived signals",
      promise: "a rule makes another signal of one that came",
      shownBy: [
        "src/event/handle-event.test.ts: a derived signal is as good as one that was sent, and derives nothing further",
      ],
    },
    {
      what: "places: `d_country`, `d_state`, `d_city`, `d_region`, `d_dma_code`, `d_area_code`, `d_postal_code`, `d_lat`, `d_long`, `d_isp`",
      promise: "what the operator's database knows of the address, after it was shortened",
      shownBy: [
        "test/journeys/geo.test.ts: rules see the visitor's place, whatever the client says of it",
        "src/geo/geo-database.test.ts: what a city database knows of a place becomes facts",
      ],
    },
    {
      what: "devices: `d_device_vendor`, `d_device_model`, `d_device_marketing_name`, `d_device_manufacturer`, `d_device_hardware_type`, `d_device_os_name`, `d_device_os_version`",
      promise: "what the browser says of itself, by agent and client hints",
      shownBy: [
        "test/journeys/geo.test.ts: rules see the visitor's device",
        "src/event/device-signals/device-signals.test.ts: agent and client hints are read from the headers",
      ],
    },
    {
      what: "encoding",
      promise: "split before decoding, `+` is a blank, octets that are no UTF-8 are no error",
      shownBy: [
        "plus-decodes-to-space",
        "invalid-utf8-is-not-fatal",
        "percent-hex-by-chance-passes",
        "bad-percent-encoding-json",
      ],
    },
    {
      what: "sizes",
      promise: "8,192 octets of path and query, 32,768 of body",
      shownBy: [
        "get-8192-bytes-accepted",
        "post-32768-bytes-accepted",
        `${PARSE}: a target of 8192 octets passes and one more does not`,
        `${PARSE}: a body of 32768 octets passes and one more does not`,
      ],
    },
    {
      what: "content types",
      promise: "forms, with or without a charset",
      shownBy: ["post-form-with-charset", "post-wrong-content-type"],
    },
    {
      what: "repeated and empty parameters",
      promise: "of a single-valued one the first counts, an empty ID is none",
      shownBy: ["duplicate-control-parameter-first-wins", "blank-uuid-and-mid-are-absent"],
    },
  ],
};
