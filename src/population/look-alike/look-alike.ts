// Look-alike models: which traits tell the visitors of a baseline from others, and how many others look like them
// ("Audience model", Look-alike models). Two looks at everybody: one to weigh the traits, one to score the visitors.

import type { TraitDefinition } from "@dunlin/contract/workspace";
import type { PartnerDefinitions } from "../../catalog/partner-definitions.ts";
import type { TraitRecord } from "../../model/profile.ts";
import { DAY_MS, utcDay } from "../../model/time.ts";
import type { CountWorld } from "../population.ts";
import { type Audience, visitEveryone } from "./visit-everyone.ts";
import {
  reachByAccuracy,
  type TraitCount,
  type WeighedTrait,
  weighTraits,
} from "./weigh-traits.ts";

export interface LookAlikeQuestion {
  readonly definitions: PartnerDefinitions;
  /** The baseline: a trait or a segment. */
  readonly sid: number;
  readonly dataSources: readonly number[];
  readonly lookBackDays: number;
  /** Traits and folder traits. */
  readonly excludedTraits: readonly number[];
  /** The most visitors that the data sources may have. */
  readonly mostUsers: number;
}

export interface LookAlikes {
  /** Visitors of the baseline, and of the data sources. */
  readonly baseline: number;
  readonly users: number;
  /** The heaviest first. */
  readonly traits: readonly WeighedTrait[];
  readonly stats: readonly { readonly accuracy: number; readonly reach: number }[];
}

export type LookAlikeOutcome =
  | { readonly kind: "found"; readonly found: LookAlikes }
  /** There is too little to tell anything from. */
  | { readonly kind: "no-data"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Rejects with the signal's reason when that is aborted. */
export async function findLookAlikes(
  question: LookAlikeQuestion,
  world: CountWorld,
): Promise<LookAlikeOutcome> {
  const { definitions, sid, lookBackDays, mostUsers } = question;
  const baseline = definitions.traits.find((trait) => trait.sid === sid);
  const isSegment = definitions.segments.some((segment) => segment.sid === sid);
  if (baseline === undefined && !isSegment) {
    return { kind: "failed", reason: `The baseline ${sid} is not defined any more.` };
  }
  const asked = traitsOfSources(question);
  const ttls = new Map(asked.map((trait) => [trait.sid, trait.ttl]));
  const isOfSources = (trait: TraitRecord): boolean => sources.has(trait.sid);
  const sources = new Set(ttls.keys());
  if (baseline !== undefined) ttls.set(sid, baseline.ttl);
  const audience: Audience = { definitions, baseline: sid, isSegment, ttls, lookBackDays };

  const counts = await countHolders(question, { audience, asked, isOfSources }, world);
  if (counts.users > mostUsers) {
    const reason = `The data sources have ${counts.users} visitors; a model looks at ${mostUsers} at most.`;
    return { kind: "failed", reason };
  }
  if (counts.baseline === 0) return { kind: "no-data", reason: "Nobody is in the baseline." };
  const traits = weighTraits(counts.traits, counts);
  if (traits.length === 0) {
    const reason =
      "No trait of the data sources tells enough visitors of the baseline from others.";
    return { kind: "no-data", reason };
  }
  const stats = await scoreEveryone({ audience, traits, isOfSources }, world);
  const { baseline: ofBaseline, users } = counts;
  return { kind: "found", found: { baseline: ofBaseline, users, traits, stats } };
}

/** Computed traits stand in no profile, and what a model gave says nothing of its own. */
const WEIGHED_TYPES: ReadonlySet<string> = new Set(["RULE_BASED_TRAIT", "ON_BOARDED_TRAIT"]);

function traitsOfSources({
  definitions,
  dataSources,
}: LookAlikeQuestion): readonly TraitDefinition[] {
  const wanted = new Set(dataSources);
  return definitions.traits.filter(
    ({ dataSourceId, traitType }) => wanted.has(dataSourceId) && WEIGHED_TYPES.has(traitType),
  );
}

/** A folder trait leaves out whatever lies in its folder, however deep. */
function isLeftOut({
  definitions,
  excludedTraits,
  sid: baseline,
}: LookAlikeQuestion): (trait: TraitDefinition) => boolean {
  const sids = new Set([...excludedTraits, baseline]);
  const folders = new Map(definitions.folders.map((folder) => [folder.folderId, folder]));
  return ({ sid, folderId }) => {
    if (sids.has(sid)) return true;
    for (let folder = folders.get(folderId); folder; folder = folders.get(folder.parentFolderId)) {
      if (sids.has(folder.traitSid)) return true;
    }
    return false;
  };
}

interface Counts {
  readonly baseline: number;
  readonly users: number;
  readonly traits: readonly TraitCount[];
}

interface CountedAudience {
  readonly audience: Audience;
  readonly asked: readonly TraitDefinition[];
  isOfSources(trait: TraitRecord): boolean;
}

async function countHolders(
  question: LookAlikeQuestion,
  { audience, asked, isOfSources }: CountedAudience,
  world: CountWorld,
): Promise<Counts> {
  const leavesOut = isLeftOut(question);
  const since = utcDay(world.now - question.lookBackDays * DAY_MS);
  const counts = new Map(
    asked
      .filter((trait) => !leavesOut(trait))
      .map(({ sid, traitType }) => {
        // Realizations of onboarded traits are no events.
        const isCounted = traitType !== "ON_BOARDED_TRAIT";
        return [sid, { sid, isCounted, ofBaseline: 0, ofUsers: 0, realizations: 0 }];
      }),
  );
  let baseline = 0;
  let users = 0;
  await visitEveryone(audience, world, (traits, isOfBaseline) => {
    if (isOfBaseline) baseline++;
    if (traits.some(isOfSources)) users++;
    for (const trait of traits) {
      const count = counts.get(trait.sid);
      if (count === undefined) continue;
      count.ofUsers++;
      if (isOfBaseline) count.ofBaseline++;
      if (count.isCounted) count.realizations += realizationsSince(trait, since);
    }
  });
  const counted = [...counts.values()].map(({ isCounted: _, ...count }) => count);
  return { baseline, users, traits: counted };
}

/** `days` are days and how often the trait was realized on each, one after the other. */
function realizationsSince({ days }: TraitRecord, since: number): number {
  let realizations = 0;
  for (let place = 0; place < days.length; place += 2) {
    if ((days[place] ?? 0) >= since) realizations += days[place + 1] ?? 0;
  }
  return realizations;
}

interface ScoredAudience {
  readonly audience: Audience;
  readonly traits: readonly WeighedTrait[];
  isOfSources(trait: TraitRecord): boolean;
}

async function scoreEveryone(
  { audience, traits, isOfSources }: ScoredAudience,
  world: CountWorld,
): Promise<LookAlikes["stats"]> {
  const weights = new Map(traits.map(({ sid, weight }) => [sid, weight]));
  const scores = new Scores();
  let greatest = 0;
  await visitEveryone(audience, world, (held, isOfBaseline) => {
    if (!held.some(isOfSources)) return;
    const score = held.reduce((sum, { sid }) => sum + (weights.get(sid) ?? 0), 0);
    greatest = Math.max(greatest, score);
    if (!isOfBaseline) scores.add(score);
  });
  return reachByAccuracy(scores.all(), greatest);
}

/** As many numbers as there are visitors: eight bytes each. */
class Scores {
  static readonly #SIZE = 1 << 16;
  readonly #full: Float64Array[] = [];
  #last = new Float64Array(Scores.#SIZE);
  #count = 0;

  add(score: number): void {
    if (this.#count === Scores.#SIZE) {
      this.#full.push(this.#last);
      this.#last = new Float64Array(Scores.#SIZE);
      this.#count = 0;
    }
    this.#last[this.#count++] = score;
  }

  *all(): Iterable<number> {
    for (const part of this.#full) yield* part;
    yield* this.#last.subarray(0, this.#count);
  }
}
