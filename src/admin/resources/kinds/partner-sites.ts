// `/v1/partner-sites/` ("Management API, reports and UI", Domains): where cookie destinations are published.

import type { PartnerSiteDefinition } from "@dunlin/contract/workspace";
import {
  type ApiKeys,
  type Dependent,
  type Refusal,
  type ResourceContext,
  type ResourceKind,
  refusal,
} from "../resource-kind.ts";
import { givenId, required } from "../shared-keys.ts";

/** As documented: nothing is said of who made it. */
const KEYS: ApiKeys<PartnerSiteDefinition> = {
  pid: givenId(),
  siteId: givenId(),
  url: required({ type: "string", description: "A host name, which stands for those below it." }),
};

export const PARTNER_SITES: ResourceKind<"partnerSites"> = {
  list: "partnerSites",
  path: "partner-sites",
  noun: "partner site",
  space: "partnerSites",
  keys: KEYS,
  filters: {},
  additions: [],
  rights: null,
  editors: true,
  dependents: destinationsAt,
  check: takenUrl,
};

function destinationsAt(
  { siteId }: PartnerSiteDefinition,
  { view }: ResourceContext,
): readonly Dependent[] {
  return view.workspace.destinations.flatMap((destination) => {
    const { destinationId: id, name } = destination;
    const isUser = destination.destinationType === "ADS" && destination.siteIDs.includes(siteId);
    return isUser ? [{ id, name: `destination ${id} (${name})` }] : [];
  });
}

function takenUrl(
  { url }: Readonly<Record<string, unknown>>,
  before: PartnerSiteDefinition | null,
  { view, pid }: ResourceContext,
): Refusal | null {
  if (typeof url !== "string") return null;
  const rival = view
    .ofPartner("partnerSites", pid)
    .find((site) => site !== before && site.url === url.toLowerCase());
  if (rival === undefined) return null;
  const message = `The partner site ${rival.siteId} has this host name.`;
  return refusal("conflict", message, [{ at: "/url", code: "E_DUPLICATE", message }]);
}
