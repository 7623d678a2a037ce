// What a page is told of destinations: planned before the call is stored, since what is told of those with caps
// is stored with it.

import { type DestinationCall, type DestinationPlan, planDestinations } from "../delivery/plan.ts";
import type { ProfileChange } from "../profiles/store.ts";
import { declaredIdFor } from "./declared-ids/declared-id-for.ts";
import type { KnownVisitor } from "./gates/identify-visitor.ts";
import type { OpenCall } from "./gates/open-call.ts";
import { pageOf } from "./parse/headers.ts";
import type { CallPartner } from "./partner.ts";
import type { Qualification } from "./qualify/qualify.ts";
import type { EventWorld } from "./world.ts";

export const NOTHING_FOR_PAGE: DestinationPlan = { stuff: [], dests: [] };

type Partner = CallPartner["partner"];
type PageValues = Omit<DestinationCall, "segments" | "lost" | "toldBefore" | "wantsUrls">;

/** What a call and its visitor say to destinations and syncs alike. */
export function pageValues(
  world: EventWorld,
  open: OpenCall,
  partner: Partner,
  known: KnownVisitor,
): PageValues {
  const { call, consent, now } = open;
  const { device } = known.visitor;
  const page = pageOf(call.headers.referer ?? call.headers.origin ?? "");
  const { identity, checked } = known;
  return {
    device,
    mid: () => partner.ids.midOf(device),
    declaredId: (source) => declaredIdFor({ partner, ids: checked.ids, identity, now }, source),
    region: world.region,
    now,
    platform: call.control.platform,
    secure: call.raw.secure,
    pageHost: page?.host ?? null,
    pageScheme: page?.scheme ?? (call.raw.secure ? "https" : "http"),
    gdpr: consent.gdpr,
    gdprConsent: consent.gdprConsent,
    ...(consent.vendorConsent === undefined ? {} : { vendorConsent: consent.vendorConsent }),
    random: () => world.random(),
  };
}

/** Whom a page is told about. */
export interface TellingOf {
  readonly partner: Partner;
  readonly known: KnownVisitor;
}

export function planForPage(
  world: EventWorld,
  open: OpenCall,
  { partner, known }: TellingOf,
  { segments, lost, device }: Qualification,
): DestinationPlan {
  if (partner.destinations.isEmpty) return NOTHING_FOR_PAGE;
  const { wantsUrls, childProtection } = open.call.control;
  return planDestinations(partner.destinations, {
    ...pageValues(world, open, partner, known),
    segments,
    lost,
    toldBefore: device,
    wantsUrls: wantsUrls && !childProtection,
  });
}

/** The changes of a call, the one of its device first, with what the page is told. */
export function withTold(
  changes: readonly ProfileChange[],
  { told }: DestinationPlan,
): readonly ProfileChange[] {
  const [ofDevice, ...others] = changes;
  if (told === undefined || ofDevice === undefined) return changes;
  const { key, delta } = ofDevice;
  // What was foreseen of the profile was foreseen without it.
  return [{ key, delta: { ...delta, told } }, ...others];
}
