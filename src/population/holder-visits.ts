import type { PartnerId } from "../model/ids.ts";
import type { TraitRecord } from "../model/profile.ts";
import { profileExpiresAt } from "../model/time.ts";
import { CorruptRecord } from "../profiles/corrupt-record.ts";
import type { ScannedProfiles, ScannedRecord, ScanOwner } from "../profiles/profile-scan.ts";
import { RecordSkimmer, type WantedTraits } from "../profiles/skim-record.ts";
import type { CountWorld } from "./population.ts";
import type { RealizationTally } from "./realization-tally.ts";

export interface HolderOptions {
  readonly of: ScannedProfiles;
  readonly pid: PartnerId;
  /** Days after it was last seen on which a profile is there. */
  readonly keptDays: number;
  readonly wanted: WantedTraits;
  readonly tally: RealizationTally;
  readonly world: Pick<CountWorld, "store" | "now">;
}

interface Holder {
  readonly owner: ScanOwner;
  readonly traits: readonly TraitRecord[];
}

/** Takes what profiles hold, a page of them at a time, and tallies it, but for those who have opted out. */
export class HolderVisits {
  /** Damaged records so far. */
  unreadable = 0;
  readonly #options: HolderOptions;
  readonly #skimmer: RecordSkimmer;
  #holders: Holder[] = [];

  constructor(options: HolderOptions) {
    this.#options = options;
    this.#skimmer = new RecordSkimmer(options.wanted);
  }

  visit(record: ScannedRecord): void {
    const skimmer = this.#skimmer;
    try {
      skimmer.skim(record.bytes, record.begin, record.end);
    } catch (fault) {
      if (!(fault instanceof CorruptRecord)) throw fault;
      this.unreadable++;
      return;
    }
    const { lastSeen, traits } = skimmer;
    const { world, keptDays } = this.#options;
    if (traits.length === 0 || world.now >= profileExpiresAt(lastSeen, keptDays)) return;
    this.#holders.push({ owner: record.owner(), traits });
  }

  async flush(): Promise<void> {
    const holders = this.#holders;
    this.#holders = [];
    if (holders.length === 0) return;
    const { world, of, pid, tally } = this.#options;
    const owners = holders.map(({ owner }) => owner);
    const identities = await world.store.scan.identitiesOf(of, owners);
    for (const [place, { traits }] of holders.entries()) {
      const optOuts = identities[place]?.optOuts ?? [];
      if (optOuts.every((optOut) => optOut.pid !== pid)) tally.add(traits);
    }
  }
}
