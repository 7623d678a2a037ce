// A call's change, merged into the identity at one end of it. What a change means for both ends together
// is in `apply-identity-changes.ts`.
//
// Links are those of the latest call by its time, and of equal times the later arrival is the later: calls
// give the same links in any order, as long as none of their times are equal and no limit is reached.

import {
  type Identity,
  type IdentityChange,
  type IdentityKey,
  type Link,
  type OptOut,
  type OptOutReason,
  UNKNOWN_IDENTITY,
} from "./identity.ts";
import { declaredIdentity, deviceIdentity, isSameKey } from "./identity-key.ts";
import type { PartnerId } from "./ids.ts";
import { isLinkLive } from "./links.ts";
import { assertNever, invariant } from "./result.ts";

export interface ChangedIdentity {
  /** The very object that was given, where nothing changes. */
  readonly identity: Identity;
  /** Whose links with this identity have ended: their ends must forget them too. */
  readonly evicted: readonly IdentityKey[];
}

/** The most links of one identity, in all data sources together; beyond, the oldest sync goes first. */
export const MAX_LINKS_PER_IDENTITY = 2_000;

/** `key` names the end that the identity is; it is one of the change's. */
export function applyIdentityChange(
  identity: Identity,
  change: IdentityChange,
  key: IdentityKey,
): ChangedIdentity {
  switch (change.kind) {
    case "seen":
      checkTime(change.at);
      return seen(identity, change.at);
    case "link":
      checkTime(change.at);
      return link(identity, change, key);
    case "unlink":
      return unchangedElsewhere(withoutLink(identity, otherEnd(change, key)));
    case "opt-out": {
      checkTime(change.at);
      const { pid, reason, at } = change;
      return unchangedElsewhere(optOut(identity, { pid, reason, since: at }));
    }
    case "opt-in":
      return unchangedElsewhere(optIn(identity, change.pid));
    default:
      return assertNever(change);
  }
}

/** An identity that has forgotten its link with another. */
export function withoutLink(identity: Identity, to: IdentityKey): Identity {
  const links = identity.links.filter((link) => !isSameKey(link.to, to));
  return links.length === identity.links.length ? identity : withLinks(identity, links);
}

function unchangedElsewhere(identity: Identity): ChangedIdentity {
  return { identity, evicted: NOBODY };
}

const NOBODY: readonly IdentityKey[] = [];

function checkTime(at: number): void {
  invariant(
    Number.isSafeInteger(at) && at >= 0,
    `a call's time is a whole number of milliseconds since the epoch, not ${at}`,
  );
}

function seen(identity: Identity, at: number): ChangedIdentity {
  const { identity: alive, evicted } = withoutEndedLinks(identity, at);
  if (alive.links.length === 0 || at <= alive.lastSeen) return { identity: alive, evicted };
  return { identity: { ...alive, lastSeen: at }, evicted };
}

/** A sighting must not bring back to life what had ended before it. */
function withoutEndedLinks(device: Identity, at: number): ChangedIdentity {
  const { links, lastSeen } = device;
  const alive = links.filter((link) => isLinkLive(link, lastSeen, at));
  if (alive.length === links.length) return unchangedElsewhere(device);
  const evicted = links.filter((link) => !alive.includes(link)).map(({ to }) => to);
  return { identity: withLinks(device, alive), evicted };
}

type LinkChange = Extract<IdentityChange, { readonly kind: "link" }>;

function link(given: Identity, change: LinkChange, key: IdentityKey): ChangedIdentity {
  const to = otherEnd(change, key);
  const isDevice = key.kind === "device";
  // Of a declared ID only its devices know which of its links live.
  const { identity, evicted: ended } = isDevice
    ? withoutEndedLinks(given, change.at)
    : unchangedElsewhere(given);
  const others: Link[] = [];
  let before: Link | null = null;
  for (const link of identity.links) {
    if (isSameKey(link.to, to)) before = link;
    else others.push(link);
  }
  const order = Math.max(change.at, latestOrder(identity.links) + 1);
  const links = inserted(others, synced(before, to, change, order));
  const { kept, evicted } = withinLimits(links, change, isDevice);
  return { identity: withLinks(identity, kept), evicted: [...ended, ...evicted] };
}

/** A call that comes late changes nothing that a later one has said. */
function synced(before: Link | null, to: IdentityKey, change: LinkChange, order: number): Link {
  const { state, at } = change;
  const isLogin = state === 1;
  if (before === null) {
    const login = isLogin ? { lastAuth: at, authOrder: order } : { lastAuth: null, authOrder: 0 };
    return { to, state, lastSync: at, syncOrder: order, ...login };
  }
  const sync = at < before.lastSync ? before : { state, lastSync: at, syncOrder: order };
  const isLatestLogin = isLogin && (before.lastAuth === null || at >= before.lastAuth);
  const login = isLatestLogin ? { lastAuth: at, authOrder: order } : before;
  return {
    to,
    state: sync.state,
    lastSync: sync.lastSync,
    lastAuth: login.lastAuth,
    syncOrder: sync.syncOrder,
    authOrder: login.authOrder,
  };
}

function latestOrder(links: readonly Link[]): number {
  let latest = 0;
  for (const { syncOrder, authOrder } of links) latest = Math.max(latest, syncOrder, authOrder);
  return latest;
}

/** The most recently synced first. */
function inserted(links: Link[], link: Link): readonly Link[] {
  const place = links.findIndex(
    ({ lastSync, syncOrder }) =>
      lastSync < link.lastSync || (lastSync === link.lastSync && syncOrder < link.syncOrder),
  );
  links.splice(place === -1 ? links.length : place, 0, link);
  return links;
}

/** First in, first out ("Audience model", Limits): the links stand by their last sync. */
function withinLimits(
  links: readonly Link[],
  { declared, limits }: LinkChange,
  isDevice: boolean,
): { readonly kept: readonly Link[]; readonly evicted: readonly IdentityKey[] } {
  const most = isDevice ? limits.declaredPerDevice : limits.devicesPerDeclared;
  if (links.length <= Math.min(most, MAX_LINKS_PER_IDENTITY)) {
    return { kept: links, evicted: NOBODY };
  }
  const evicted: IdentityKey[] = [];
  let counted = 0;
  const kept = links.filter(({ to }, place) => {
    const counts = to.kind === "device" || to.dataSourceId === declared.dataSourceId;
    if (counts) counted++;
    if ((!counts || counted <= most) && place - evicted.length < MAX_LINKS_PER_IDENTITY)
      return true;
    evicted.push(to);
    return false;
  });
  return { kept, evicted };
}

function otherEnd(
  { device, declared }: Extract<IdentityChange, { readonly kind: "link" | "unlink" }>,
  key: IdentityKey,
): IdentityKey {
  const [ours, other] =
    key.kind === "device"
      ? [deviceIdentity(device), declaredIdentity(declared)]
      : [declaredIdentity(declared), deviceIdentity(device)];
  invariant(isSameKey(ours, key), "a change is applied to one of its own ends");
  return other;
}

/** A device without links has nothing that a sighting could keep alive. */
function withLinks({ lastSeen, optOuts }: Identity, links: readonly Link[]): Identity {
  if (links.length > 0) return { lastSeen, links, optOuts };
  return optOuts.length > 0 ? { lastSeen: 0, links, optOuts } : UNKNOWN_IDENTITY;
}

const STRENGTH: Readonly<Record<OptOutReason, number>> = { request: 0, consent: 1, privacy: 2 };

/** One for each partner: since the first of them, for the strongest reason. */
function optOut(identity: Identity, added: OptOut): Identity {
  const { optOuts } = identity;
  const before = optOuts.find(({ pid }) => pid === added.pid);
  if (before === undefined) {
    const place = optOuts.findIndex(({ pid }) => pid > added.pid);
    return {
      ...identity,
      optOuts: optOuts.toSpliced(place === -1 ? optOuts.length : place, 0, added),
    };
  }
  const since = Math.min(before.since, added.since);
  const reason = STRENGTH[added.reason] > STRENGTH[before.reason] ? added.reason : before.reason;
  if (since === before.since && reason === before.reason) return identity;
  const merged: OptOut = { pid: added.pid, reason, since };
  return { ...identity, optOuts: optOuts.map((entry) => (entry === before ? merged : entry)) };
}

/** What consent or privacy has ended, nobody begins again. */
function optIn(identity: Identity, partner: PartnerId): Identity {
  const optOuts = identity.optOuts.filter(
    ({ pid, reason }) => pid !== partner || reason !== "request",
  );
  if (optOuts.length === identity.optOuts.length) return identity;
  return withLinks({ ...identity, optOuts }, identity.links);
}
