// The page from which a browser fires ID syncs: its text is always the same, its cookie is the browser's.

import { type EventError, eventError } from "@dunlin/contract/errors";
import { deviceCookieLine, scopeOf } from "../device-cookie.ts";
import { readDeviceCookie } from "../identify.ts";
import { parseCall } from "../parse/parse.ts";
import type { RawCall } from "../parse/raw-call.ts";
import { hostKind, resolvePartner } from "../partner.ts";
import type { EventReply } from "../reply.ts";
import type { EventWorld } from "../world.ts";

/** Answers `/dest5.html`. An opted-out browser gets the page, which then does nothing, and no cookie. */
export function handleSyncPage(world: EventWorld, raw: RawCall): EventReply {
  const catalog = world.catalog();
  const { call } = parseCall(raw, "page");
  const base = {
    ...{ status: 200, body: "", transactionId: world.newTransactionId() },
    revision: catalog.revision,
  };
  const empty = (errors: readonly EventError[]): EventReply => {
    return { ...base, form: "empty", errors, cookies: [] };
  };
  if (!call.ok) return empty(call.error.errors);
  const { control, headers } = call.value;
  const owner = resolvePartner(raw.host, control.orgId, catalog, world.domain);
  const isService = hostKind(raw.host, catalog, world.domain) === "service";
  if (!owner.ok && !(isService && control.orgId === null)) return empty([owner.error]);

  const cookie = readDeviceCookie(headers.cookie);
  if (cookie.kind === "opted-out") {
    return { ...base, form: "page", errors: [eventError(171, "NOTARGET")], cookies: [] };
  }
  const isSilent = call.value.readOnly || control.childProtection;
  const device = cookie.kind === "device" ? cookie.device : world.newDeviceId();
  const scope = scopeOf(call.value, world.domain, world.now());
  return {
    ...{ ...base, form: "page", errors: [] },
    cookies: isSilent ? [] : [deviceCookieLine(device, scope)],
  };
}
