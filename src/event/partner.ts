// Whose call is it? The `Host` header says, and the org ID where the host is the platform's own.

import { type EventError, eventError } from "@dunlin/contract/errors";
import type { CatalogSnapshot, PartnerCatalog } from "../catalog/snapshot.ts";
import { REGIONAL_HOSTS } from "../model/regions.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface CallPartner {
  /** Decides rules, answers and destinations. */
  readonly partner: PartnerCatalog;
  /** Decides how the caller's MID is decoded: the org that was named, else the host's partner. */
  readonly midOwner: PartnerCatalog;
}

/** The partner of a call, or error 100, 1 or 2 ("DCS and visitor-ID service", Host resolution). */
export function resolvePartner(
  host: string,
  orgId: string | null,
  catalog: CatalogSnapshot,
  domain: string,
): Result<CallPartner, EventError> {
  if (host === "") return err(eventError(100));
  const asSent = withoutPort(host);
  const name = asSent.toLowerCase();
  const byHost = partnerOfHost(name, catalog, domain);
  if (byHost === null && !namesPartnersByOrg(host, catalog, domain)) {
    return err(eventError(1, asSent));
  }
  const byOrg = orgId === null ? undefined : catalog.partnersByOrgId.get(orgId);
  if (orgId !== null && byOrg === undefined) return err(eventError(2, orgId));
  const partner = byHost ?? byOrg;
  if (partner === undefined) return err(eventError(1, asSent));
  return ok({ partner, midOwner: byOrg ?? partner });
}

/**
 * What kind of host a call came to. On a "service" host some calls do without a partner; a "regional" one
 * always wants the org ID.
 */
export type HostKind = "partner" | "service" | "regional" | "www" | "unknown";

export function hostKind(host: string, catalog: CatalogSnapshot, domain: string): HostKind {
  const name = withoutPort(host).toLowerCase();
  if (partnerOfHost(name, catalog, domain) !== null) return "partner";
  const below = labelsBelow(name, domain);
  if (below === "dpm" || catalog.serviceHosts.has(name)) return "service";
  if (below !== null && REGIONAL_HOSTS.has(below)) return "regional";
  return below === "www" ? "www" : "unknown";
}

/** The host that the domain attribute of a cookie may name: `.<D>` for what lies below it, else none. */
export function cookieDomain(host: string, domain: string): string | null {
  return labelsBelow(withoutPort(host).toLowerCase(), domain) === null ? null : `.${domain}`;
}

function partnerOfHost(
  name: string,
  catalog: CatalogSnapshot,
  domain: string,
): PartnerCatalog | null {
  const below = labelsBelow(name, domain);
  const alias = below?.startsWith("fast.") ? below.slice("fast.".length) : below;
  if (alias !== null && alias !== undefined) {
    const byAlias = catalog.partnersByAlias.get(alias);
    if (byAlias !== undefined) return byAlias;
  }
  return catalog.partnersByHostname.get(name) ?? null;
}

/** A host of the platform's own, where the partner is the one whose org ID is named. */
function namesPartnersByOrg(host: string, catalog: CatalogSnapshot, domain: string): boolean {
  const kind = hostKind(host, catalog, domain);
  return kind === "service" || kind === "regional";
}

/** What stands before `.<domain>` in a host name, or null. */
function labelsBelow(name: string, domain: string): string | null {
  const length = name.length - domain.length - 1;
  if (length <= 0 || !name.endsWith(domain) || name[length] !== ".") return null;
  return name.slice(0, length);
}

/** The name as sent, without its port and the dot of a fully qualified name. */
function withoutPort(host: string): string {
  const colon = host.startsWith("[") ? host.indexOf(":", host.indexOf("]")) : host.indexOf(":");
  const name = colon === -1 ? host : host.slice(0, colon);
  return name.endsWith(".") ? name.slice(0, -1) : name;
}
