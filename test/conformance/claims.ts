// What the public documentation of the protocol promises, in our own words, and the test that shows it of
// each. `docs/conformance.md` is printed from this table (`node scripts/conformance.ts`).

import { EVENT_FIELDS, ID_FIELDS, PAGE, SYNCS } from "./claims-of-answers.ts";
import { ENDPOINTS, EVENT_PARAMETERS } from "./claims-of-calls.ts";
import { CLIENTS } from "./claims-of-clients.ts";
import { HEADERS, IDENTIFIERS } from "./claims-of-identifiers.ts";
import { CONSENT, ERRORS, OPT_OUTS, OWN } from "./claims-of-refusals.ts";

/** One thing that the documentation promises. */
export interface Claim {
  /** As it is spelt on the wire, or a few words. */
  readonly what: string;
  readonly promise: string;
  /** Names of vectors, or `path: title` of tests. */
  readonly shownBy: readonly string[];
}

export interface ClaimList {
  readonly title: string;
  readonly claims: readonly Claim[];
}

export const CLAIM_LISTS: readonly ClaimList[] = [
  ENDPOINTS,
  EVENT_PARAMETERS,
  IDENTIFIERS,
  EVENT_FIELDS,
  ID_FIELDS,
  SYNCS,
  PAGE,
  HEADERS,
  OPT_OUTS,
  CONSENT,
  ERRORS,
  CLIENTS,
  OWN,
];

/** What is not there, and why. */
export const ABSENT: readonly { readonly what: string; readonly why: string }[] = [
  {
    what: "error 111",
    why: "belongs to an integration with another product's tokens, which is not part of this server",
  },
  {
    what: "error 173",
    why: "stands for an opt-out registered with an industry programme that this server does not take part in",
  },
  {
    what: "errors 204, 205",
    why: "belong to migrations between stores of the original; there are none here",
  },
  {
    what: "`dpcalls` in an answer",
    why: "seen beside answers that another product passed on, always empty, and read by no client",
  },
  { what: '`d_mid: "NOTARGET"`', why: "a visitor client that exists never calls back after it" },
  { what: "`error_message`, `null` fields", why: "clients for phones refuse the whole answer" },
  {
    what: "`d_dst_filter`, `d_rs`, `d_stuff`",
    why: "reserved or obsolete: taken and without effect",
  },
  {
    what: "a page that reports its faults to the vendor",
    why: "nobody but the operator should hear of them",
  },
  {
    what: "`marketingCloudServer` calls (`mcorgid`, `mid`)",
    why: "another product's first-party server, with other names",
  },
];
