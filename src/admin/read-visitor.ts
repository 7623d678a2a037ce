// Whom a visitor is linked with and what they have opted out of, as one partner may see it.

import type { PartnerCatalog } from "../catalog/snapshot.ts";
import type {
  AuthState,
  DeclaredId,
  Identity,
  IdentityKey,
  Link,
  OptOutReason,
} from "../model/identity.ts";
import {
  declaredIdentity,
  deviceIdentity,
  identityKeyText,
  isSameKey,
} from "../model/identity-key.ts";
import type { DeviceId } from "../model/ids.ts";
import { isLinkLive } from "../model/links.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";

export interface DescribedLink {
  readonly dataSourceId: number;
  readonly id: string;
  readonly uuid: string;
  /** Of the last call. */
  readonly state: AuthState;
  readonly lastSync: number;
  readonly lastAuth: number | null;
}

export interface DescribedOptOut {
  /** A UUID, or `<data source>:<id>`. */
  readonly id: string;
  readonly reason: OptOutReason;
  readonly since: number;
}

export interface ReadVisitor {
  /** Who was asked for; for a declared ID the device last linked to it, or null. */
  readonly device: DeviceId | null;
  /** Those of the device, the most recently synced first, and the one that was asked for. */
  readonly declaredIds: readonly DeclaredId[];
  /** Those of whom was asked for, and of the device. */
  readonly links: readonly DescribedLink[];
  readonly optOuts: readonly DescribedOptOut[];
}

interface VisitorWorld {
  readonly store: VisitorStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export async function readVisitor(
  world: VisitorWorld,
  partner: PartnerCatalog,
  asked: IdentityKey,
): Promise<ReadVisitor> {
  const { store, now } = world;
  const askedLinks = asked.kind === "declared" ? await linksOfDeclaredId(world, asked) : [];
  const device = asked.kind === "device" ? asked.device : (deviceOf(askedLinks[0]) ?? null);
  const deviceLinks = device === null ? [] : await linksOfDevice(store, { device, partner, now });

  const declaredIds = deviceLinks.flatMap(({ to }) => (to.kind === "declared" ? [to] : []));
  if (asked.kind === "declared" && !declaredIds.some((id) => isSameKey(id, asked))) {
    declaredIds.push(asked);
  }
  const keys = declaredIds.map(declaredIdentity);
  if (device !== null) keys.unshift(deviceIdentity(device));
  return {
    device,
    declaredIds,
    links: describeLinks(asked, askedLinks, { device, links: deviceLinks }),
    optOuts: describeOptOuts(partner, keys, await store.loadIdentities(keys)),
  };
}

/** Only a link's device can tell whether it lives. */
async function linksOfDeclaredId(
  { store, now }: VisitorWorld,
  asked: IdentityKey,
): Promise<readonly Link[]> {
  const [identity] = await store.loadIdentities([asked]);
  const links = identity?.links ?? [];
  const devices = await store.loadIdentities(links.map(({ to }) => to));
  return links.filter((link, place) => isLinkLive(link, devices[place]?.lastSeen ?? 0, now));
}

async function linksOfDevice(
  store: VisitorStore,
  { device, partner, now }: { device: DeviceId; partner: PartnerCatalog; now: number },
): Promise<readonly Link[]> {
  const [identity] = await store.loadIdentities([deviceIdentity(device)]);
  if (identity === undefined) return [];
  return identity.links.filter(
    (link) =>
      link.to.kind === "declared" &&
      // What others call this device is none of this partner's business; number 0 is the platform's own.
      link.to.dataSourceId !== 0 &&
      partner.dataSources.has(link.to.dataSourceId) &&
      isLinkLive(link, identity.lastSeen, now),
  );
}

function describeLinks(
  asked: IdentityKey,
  askedLinks: readonly Link[],
  { device, links }: { readonly device: DeviceId | null; readonly links: readonly Link[] },
): readonly DescribedLink[] {
  const described: DescribedLink[] = [];
  for (const link of askedLinks) {
    const other = deviceOf(link);
    if (other !== undefined && asked.kind === "declared")
      described.push(describe(link, other, asked));
  }
  for (const link of links) {
    if (device === null || link.to.kind !== "declared" || isSameKey(link.to, asked)) continue;
    described.push(describe(link, device, link.to));
  }
  return described;
}

function describe(link: Link, uuid: DeviceId, { dataSourceId, id }: DeclaredId): DescribedLink {
  const { state, lastSync, lastAuth } = link;
  return { dataSourceId, id, uuid, state, lastSync, lastAuth };
}

function deviceOf(link: Link | undefined): DeviceId | undefined {
  return link?.to.kind === "device" ? link.to.device : undefined;
}

function describeOptOuts(
  { pid }: PartnerCatalog,
  keys: readonly IdentityKey[],
  identities: readonly Identity[],
): readonly DescribedOptOut[] {
  return identities.flatMap(({ optOuts }, place) => {
    const key = keys[place];
    const optOut = optOuts.find((each) => each.pid === pid);
    if (key === undefined || optOut === undefined) return [];
    return [{ id: identityKeyText(key), reason: optOut.reason, since: optOut.since }];
  });
}
