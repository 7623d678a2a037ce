// The strict mode: each error also says where it lies and what would have been right. For callers who
// send `d_strict=1` to a partner that allows it. Everything is found again from the raw call, and only
// then: no other call pays for it.

import type { EventError, EventErrorCode } from "@dunlin/contract/errors";
import type { CatalogSnapshot } from "../../catalog/snapshot.ts";
import { readHeaders } from "../parse/headers.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { resolvePartner } from "../partner.ts";
import { type PlacedError, plainErrors } from "../placed-error.ts";
import { firstValueOf, type LocatedParameter, locateParameters } from "./locate.ts";
import { type Explanation, PATH, place } from "./places.ts";
import { explainUnreadable } from "./unreadable.ts";

export type ExplainedError = EventError & Explanation;

/** The call, if its partner allows the strict mode; where no partner is known nobody has allowed it. */
export function strictCall(raw: RawCall, catalog: CatalogSnapshot, domain: string): RawCall | null {
  const byHost = resolvePartner(raw.host, null, catalog, domain);
  const orgId = byHost.ok ? null : firstValueOf(locateParameters(raw), "d_orgid");
  const partner = byHost.ok ? byHost.value.partner : catalog.partnersByOrgId.get(orgId ?? "");
  return partner?.definition.strictMode === true ? raw : null;
}

/** The errors as the answer says them; `strict`: the call, where they are to be explained. */
export function saidErrors(
  strict: RawCall | null,
  errors: readonly PlacedError[],
): readonly EventError[] {
  if (strict === null) return plainErrors(errors);
  const parameters = locateParameters(strict);
  return errors.map((error) => explain(error, strict, parameters));
}

function explain(
  { error, where, hint }: PlacedError,
  call: RawCall,
  parameters: readonly LocatedParameter[],
): ExplainedError {
  if (error.code === 311) return { ...error, ...explainUnreadable(call) };
  const named = where === null ? undefined : parameters[where.index];
  const at = named === undefined ? placeOf(error.code, call, parameters) : placeOfParameter(named);
  return { ...error, at, hint };
}

function placeOfParameter({ name, start }: LocatedParameter): string {
  return place(name, start);
}

/** A header to point at, or parameters of which the first in the call is. */
type Suspect = { readonly header: string } | readonly string[];

const HOST: Suspect = { header: "Host" };
const CONSENT: readonly Suspect[] = [["gdpr_consent"], ["gdpr"]];
const DECLARED: Suspect = "d_cid d_cid_ic d_cid_ns d_dpid dpid d_dpuuid dpuuid".split(" ");
/** In the order in which they are asked who the device is. */
const DEVICE: readonly Suspect[] = [["d_uuid"], ["d_mid"], { header: "Cookie" }, DECLARED];

/** What to point at for errors of a whole call: the first of these that it has. Else at its path. */
const SUSPECTS: Readonly<Partial<Record<EventErrorCode, readonly Suspect[]>>> = {
  1: [HOST],
  2: [["d_orgid"], HOST],
  100: [HOST],
  101: [["d_mid"]],
  102: [["d_uuid"]],
  104: [DECLARED],
  109: [{ header: "Referer" }],
  171: DEVICE,
  172: [["d_verify"]],
  307: DEVICE,
  313: CONSENT,
  314: CONSENT,
  315: CONSENT,
};

function placeOf(
  code: EventErrorCode,
  call: RawCall,
  parameters: readonly LocatedParameter[],
): string {
  // A browser's own opt-out stands in its cookie, whatever else the call says.
  const optOut = code === 171 ? cookieOffset(call, "demdex=NOTARGET") : -1;
  if (optOut !== -1) return place("Cookie", optOut);
  for (const suspect of SUSPECTS[code] ?? []) {
    const found = findSuspect(suspect, call, parameters);
    if (found !== null) return found;
  }
  return place(PATH, 0);
}

function findSuspect(
  suspect: Suspect,
  call: RawCall,
  parameters: readonly LocatedParameter[],
): string | null {
  if ("header" in suspect) {
    if (suspect.header !== "Cookie") return place(suspect.header, 0);
    const offset = cookieOffset(call, "demdex=");
    return offset === -1 ? null : place("Cookie", offset);
  }
  // An empty value counts as none.
  const found = parameters.find(
    ({ name, octets }) => suspect.includes(name) && !/^[^=]*=?$/.test(octets),
  );
  return found === undefined ? null : placeOfParameter(found);
}

/** The octet of the header's value at which a cookie begins, or -1. */
function cookieOffset({ headers }: RawCall, cookie: string): number {
  const { cookie: value } = readHeaders(headers);
  return value.search(new RegExp(`(?<=^|;\\s*)${cookie}`));
}
