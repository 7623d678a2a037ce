import type { ComputedTraits } from "../../catalog/snapshot.ts";
import type { Identity } from "../../model/identity.ts";
import type { TraitId } from "../../model/ids.ts";
import { isLinkLive } from "../../model/links.ts";
import type { Profile } from "../../model/profile.ts";
import type { WholePlan } from "./profile-plan.ts";
import type { Visit } from "./visit.ts";

/**
 * The computed traits that the profiles at some places hold together, and when what they are held for was
 * last renewed ("Audience model", Trait types).
 */
export function computedHoldings(
  visit: Visit,
  plan: WholePlan,
  profiles: readonly Profile[],
  { places, traits }: { readonly places: readonly number[]; readonly traits: ComputedTraits },
): ReadonlyMap<TraitId, number> {
  const held = new Map<TraitId, number>();
  const hold = (sids: readonly TraitId[] | undefined, at: number): void => {
    for (const sid of sids ?? []) held.set(sid, Math.max(at, held.get(sid) ?? 0));
  };
  for (const place of places) {
    const key = plan.profiles[place];
    if (key?.kind === "declared") {
      // It is read because it is linked to the device, which is there now.
      hold(traits.bySyncedSource.get(key.dataSourceId), visit.now);
    } else if (key?.kind === "device") {
      const lastSeen = profiles[place]?.lastSeen ?? 0;
      if (lastSeen > 0) hold(traits.activeAudience, lastSeen);
      const identity = place === 0 ? visit.identity : plan.identities.get(key.device);
      for (const { dataSource, renewed } of liveLinks(visit, identity, place === 0)) {
        hold(traits.bySyncedSource.get(dataSource), renewed);
      }
    }
  }
  return held;
}

function liveLinks({ now }: Visit, identity: Identity | undefined, isPresent: boolean) {
  const { lastSeen, links } = identity ?? { lastSeen: 0, links: [] };
  return links.flatMap((link) => {
    if (link.to.kind !== "declared" || !isLinkLive(link, lastSeen, now)) return [];
    const renewed = isPresent ? now : Math.max(link.lastSync, lastSeen);
    return [{ dataSource: link.to.dataSourceId, renewed }];
  });
}
