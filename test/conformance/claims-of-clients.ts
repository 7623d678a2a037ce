import type { ClaimList } from "./claims.ts";

const THIRD_PARTY = "test/journeys/browser-third-party.slow.test.ts";
const BLOCKED = "test/journeys/browser-blocked.slow.test.ts";
const OPT_OUT = "test/journeys/browser-opt-out.slow.test.ts";

/** In a real browser, over TLS, with a client of our own that does what those that exist do on the wire. */
export const CLIENTS: ClaimList = {
  title: "What clients need",
  claims: [
    {
      what: "the visitor client",
      promise: "gets an ID, keeps it in the `AMCV` cookie and brings it back",
      shownBy: [
        `${THIRD_PARTY}: the first visit gives a MID, the AMCV cookie and the platform's own cookie`,
        `${THIRD_PARTY}: the second visit brings the same MID, by the AMCV cookie or by the platform's alone`,
      ],
    },
    {
      what: "blocked cookies",
      promise: "the ID lives on in the page's own cookie",
      shownBy: [
        `${BLOCKED}: the MID lives on in the AMCV cookie, comes back as \`d_mid\`, and is kept`,
        `${BLOCKED}: the iframe says that it can set no cookies, and fires only what needs none`,
        `${BLOCKED}: a host name of the partner's site keeps the visitor by its own cookie`,
      ],
    },
    {
      what: "the sync page and its messages",
      promise: "fires what its page asks for, once within its time, and listens to nobody else",
      shownBy: [
        `${THIRD_PARTY}: the iframe fires an ID sync once, and not again within its ttl`,
        `${THIRD_PARTY}: only the page that the iframe was opened for is listened to`,
        `${THIRD_PARTY}: who comes to another region forgets the ID syncs of the old one`,
        `${OPT_OUT}: the iframe of an opted-out browser fires nothing, whatever it is sent`,
      ],
    },
    {
      what: "the tag that sends events",
      promise: "posts with credentials, writes the cookies and fires the URLs that come back",
      shownBy: [
        `${THIRD_PARTY}: DIL's call brings the cookie of a segment, and the iframe fires its URL destination`,
      ],
    },
    {
      what: "opt-outs",
      promise: "reach every client, and none waits for ever",
      shownBy: [
        `${OPT_OUT}: an opt-out of the platform reaches every client, and nobody hangs`,
        `${OPT_OUT}: an opt-out from one partner leaves the MID and ends the collection`,
      ],
    },
    {
      what: "server to server",
      promise: "from the `AMCV` cookie to the region, and from there to the segments",
      shownBy: [
        `${THIRD_PARTY}: from the AMCV cookie to the segments: a server asks in the visitor's region and greets by it`,
      ],
    },
    {
      what: "errors across origins",
      promise: "can be read by the page",
      shownBy: [
        `${OPT_OUT}: error answers can be read by the page, with credentials, by GET and POST`,
        `${OPT_OUT}: a sandboxed page, whose origin is null, can read its answer`,
      ],
    },
  ],
};
