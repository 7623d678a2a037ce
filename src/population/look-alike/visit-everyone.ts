// Everybody whom a model looks at, with what they hold of the traits that it asks for. A visitor is a profile: of a
// device or, where traits are realized there, of a declared ID. For a segment they are those that it is counted
// over. Who has opted out is nobody, and so is whose life has ended.

import type { PartnerDefinitions } from "../../catalog/partner-definitions.ts";
import type { PartnerCatalog } from "../../catalog/snapshot.ts";
import { asTraitId } from "../../model/ids.ts";
import type { TraitRecord } from "../../model/profile.ts";
import { DAY_MS, expiresAt, profileExpiresAt } from "../../model/time.ts";
import { CorruptRecord } from "../../profiles/corrupt-record.ts";
import type { ScannedRecord, ScanOwner } from "../../profiles/profile-scan.ts";
import { RecordSkimmer, WantedTraits } from "../../profiles/skim-record.ts";
import { keyOf, kindsOf, resumed } from "../measure-population.ts";
import {
  type CountWorld,
  compileCounted,
  definitionsOfSegments,
  type Pass,
  passesOver,
} from "../population.ts";
import { scanInSlices } from "../scan-in-slices.ts";

export interface Audience {
  readonly definitions: PartnerDefinitions;
  /** A trait or a segment. */
  readonly baseline: number;
  readonly isSegment: boolean;
  /** The traits that are asked for, and their TTLs in days; the baseline among them where it is a trait. */
  readonly ttls: ReadonlyMap<number, number>;
  readonly lookBackDays: number;
}

/** The traits, ascending, that a visitor realized within the look-back and holds; what is asked of segments is in. */
export type TakeVisitor = (traits: readonly TraitRecord[], isOfBaseline: boolean) => void;

interface Holder {
  readonly owner: ScanOwner;
  readonly traits: readonly TraitRecord[];
}

/** Of those who hold nothing only the ones of the baseline are visited. */
export async function visitEveryone(
  audience: Audience,
  world: CountWorld,
  take: TakeVisitor,
): Promise<void> {
  const { definitions, baseline, isSegment } = audience;
  const isBaseline = (sid: number) => isSegment && sid === baseline;
  const partner = compileCounted(definitionsOfSegments(resumed(definitions), isBaseline));
  const passes = new Map(
    passesOver({ before: null, after: partner }, world).map((pass) => [keyOf(pass.of), pass]),
  );
  for (const { of, keptDays } of kindsOf(partner)) {
    const pass = passes.get(keyOf(of)) ?? null;
    // A segment that is asked of devices has no declared ID among its visitors, and the other way about.
    if (isSegment && pass === null) continue;
    const visits = new Visits({ audience, partner, pass, keptDays, world }, take);
    await scanInSlices(of, world, {
      visit: (record) => visits.visit(record),
      endSlice: () => visits.end(of),
      onProgress: world.onProgress,
    });
  }
}

interface VisitsOptions {
  readonly audience: Audience;
  readonly partner: PartnerCatalog;
  readonly pass: Pass | null;
  readonly keptDays: number;
  readonly world: CountWorld;
}

class Visits {
  readonly #options: VisitsOptions;
  readonly #take: TakeVisitor;
  readonly #skimmer: RecordSkimmer;
  /** What was realized before is too long ago. */
  readonly #since: number;
  #holders: Holder[] = [];

  constructor(options: VisitsOptions, take: TakeVisitor) {
    this.#options = options;
    this.#take = take;
    const { audience, world } = options;
    this.#since = world.now - audience.lookBackDays * DAY_MS;
    this.#skimmer = new RecordSkimmer(new WantedTraits([...audience.ttls.keys()].map(asTraitId)));
  }

  visit(record: ScannedRecord): void {
    const { pass, keptDays, world } = this.#options;
    pass?.evaluator.visit(record);
    try {
      this.#skimmer.skim(record.bytes, record.begin, record.end);
    } catch (fault) {
      // A call finds it, and says so.
      if (fault instanceof CorruptRecord) return;
      throw fault;
    }
    const { lastSeen, traits } = this.#skimmer;
    if (lastSeen < this.#since || world.now >= profileExpiresAt(lastSeen, keptDays)) return;
    const held = traits.filter((trait) => this.#isHeld(trait));
    if (held.length > 0) this.#holders.push({ owner: record.owner(), traits: held });
  }

  async end(of: Pass["of"]): Promise<void> {
    const { audience, partner, pass, world } = this.#options;
    const holders = this.#holders;
    this.#holders = [];
    const inSegment = new Set<ScanOwner>();
    await pass?.evaluator.flush((_before, after, lastSeen, owner) => {
      if (after.length > 0 && lastSeen >= this.#since) inSegment.add(owner);
    });
    const owners = holders.map(({ owner }) => owner);
    const identities = owners.length === 0 ? [] : await world.store.scan.identitiesOf(of, owners);
    for (const [place, { owner, traits }] of holders.entries()) {
      const optOuts = identities[place]?.optOuts ?? [];
      if (optOuts.some(({ pid }) => pid === partner.pid)) continue;
      const isOfBaseline = audience.isSegment
        ? inSegment.delete(owner)
        : traits.some(({ sid }) => sid === audience.baseline);
      this.#take(traits, isOfBaseline);
    }
    for (const _ of inSegment) this.#take([], true);
  }

  #isHeld({ sid, last }: TraitRecord): boolean {
    const ttl = this.#options.audience.ttls.get(sid) ?? 0;
    return last >= this.#since && this.#options.world.now < expiresAt(last, ttl);
  }
}
