// Callers that come too often ("DCS and visitor-ID service", Rate limiting and Denylisting). Both are off
// unless the workspace turns them on, and then cost a look at the store.

import { eventError } from "@dunlin/contract/errors";
import type {
  CountedKey,
  DeniedKey,
  SlidingCount,
  TokenBucket,
} from "../../profiles/visitor-store.ts";
import { visibleAddress } from "../address.ts";
import type { AcceptedId } from "../declared-ids/declared-ids.ts";
import type { Visitor } from "../identify.ts";
import { unplaced } from "../placed-error.ts";
import type { EventWorld } from "../world.ts";
import type { OpenCall } from "./open-call.ts";
import type { Stop } from "./stop.ts";

const HOUR_MS = 3_600_000;

/** Whether calls are counted at all: then each of them waits for the store. */
export function countsCalls({ catalog }: OpenCall): boolean {
  const { rateLimit, autoDeny } = catalog.settings;
  return rateLimit !== null || autoDeny !== null;
}

/** Null where the call may go on. */
export async function rateStop(
  world: EventWorld,
  open: OpenCall,
  visitor: Visitor,
  ids: readonly AcceptedId[],
): Promise<Stop | null> {
  if (!countsCalls(open)) return null;
  const { rateLimit, autoDeny } = open.catalog.settings;
  const keys = countedKeys(visitor, ids);
  if (autoDeny !== null) await denyWhoComesTooOften(world, open, keys);
  if (rateLimit === null) return null;

  const { windowSeconds, perId, perAddress } = rateLimit;
  const buckets: TokenBucket[] = keys.map((key) => ({ key, calls: perId, windowSeconds }));
  if (perAddress !== null) {
    // Counted is what the partner may see of an address: the whole one must not lie in a store.
    const obfuscation = open.partner?.partner.definition.ipObfuscation ?? "none";
    const address = visibleAddress(open.call.raw.address, obfuscation, world.geo);
    const key: CountedKey = { kind: "address", address };
    buckets.push({ key, calls: perAddress, windowSeconds });
  }
  const waitSeconds = await world.store.rates.take(buckets, open.now);
  if (waitSeconds === null) return null;
  const isSoft = rateLimit.mode === "soft";
  return {
    reason: "rate",
    errors: [{ ...unplaced(eventError(307, visitor.device)), hint: "Call less often." }],
    partner: open.partner,
    status: isSoft ? 200 : 429,
    retryAfterSeconds: Math.max(1, Math.ceil(waitSeconds)),
    optsOut: false,
  };
}

/** A new device was never counted, and will never be counted again unless it comes back. */
function countedKeys(visitor: Visitor, ids: readonly AcceptedId[]): CountedKey[] {
  return [
    { kind: "device", device: visitor.device },
    ...ids.map(({ dataSourceId, id }): CountedKey => ({ kind: "declared", dataSourceId, id })),
  ];
}

/** The call that goes beyond the limit is still served; the next one is not. */
async function denyWhoComesTooOften(
  world: EventWorld,
  { catalog, now }: OpenCall,
  keys: readonly CountedKey[],
): Promise<void> {
  const { autoDeny } = catalog.settings;
  if (autoDeny === null) return;
  const { perId: most, windowSeconds, hours } = autoDeny;
  const counts: SlidingCount[] = keys.map((key) => ({ key, most, windowSeconds }));
  for (const key of await world.store.rates.count(counts, now)) {
    const denied = deniedKeyOf(key);
    if (denied !== null)
      await world.store.denials.add({ key: denied, until: now + hours * HOUR_MS });
  }
}

function deniedKeyOf(key: CountedKey): DeniedKey | null {
  switch (key.kind) {
    case "device":
      return { kind: "device", device: key.device };
    case "declared":
      return { kind: "customer", dataSourceId: key.dataSourceId, id: key.id };
    case "address":
      return null;
  }
}
