import type { TraitId } from "../../model/ids.ts";
import type { Profile, TraitRecord } from "../../model/profile.ts";
import { utcDay } from "../../model/time.ts";

/**
 * A merged profile with records of the computed traits that its visitor holds, as if they had been
 * realized when what they are held for was last renewed: with the life of a device they end when that
 * ends. So rules need not know that nobody ever realized them.
 *
 * `held`: the time of that renewal. Of a computed trait no other record counts, not even one that was
 * stored while the trait was of another kind.
 */
export function withComputedTraits(
  profile: Profile,
  computed: ReadonlySet<TraitId>,
  held: ReadonlyMap<TraitId, number>,
): Profile {
  const traits: TraitRecord[] = profile.traits.filter(({ sid }) => !computed.has(sid));
  for (const [sid, at] of held) traits.push({ sid, first: at, last: at, days: [utcDay(at), 1] });
  return { ...profile, traits: traits.sort((one, other) => one.sid - other.sid) };
}
