// Visitors whose profile is all that is read of them. Records are evaluated as they are visited; only of those who
// are in something it is asked whether they have opted out.

import type { SegmentId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import { CorruptRecord } from "../profiles/corrupt-record.ts";
import type { ScannedRecord, ScanOwner } from "../profiles/profile-scan.ts";
import { RecordSkimmer } from "../profiles/skim-record.ts";
import { AloneSide } from "./alone-side.ts";
import { type Evaluator, type EvaluatorOptions, NO_SEGMENTS, type Verdict } from "./evaluator.ts";

interface Holder {
  readonly owner: ScanOwner;
  readonly before: readonly SegmentId[];
  readonly after: readonly SegmentId[];
  readonly lastSeen: number;
}

const NO_MEMBERSHIP: Profile["membership"] = [];

export class AloneEvaluator implements Evaluator {
  unreadable = 0;
  readonly #options: EvaluatorOptions;
  readonly #skimmer: RecordSkimmer;
  readonly #before: AloneSide | null;
  readonly #after: AloneSide | null;
  /** Whether visitors without any of the traits may be in something. */
  readonly #asksAll: boolean;
  #holders: Holder[] = [];

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#skimmer = new RecordSkimmer(options.wanted);
    this.#before = options.before && new AloneSide(options.before, options);
    this.#after = options.after && new AloneSide(options.after, options);
    this.#asksAll = [options.before, options.after].some(
      (side) => side !== null && side.partner.mergeNeeds.computedTraits !== null,
    );
  }

  readonly visit = (record: ScannedRecord): void => {
    const skimmer = this.#skimmer;
    try {
      skimmer.skim(record.bytes, record.begin, record.end);
    } catch (fault) {
      if (!(fault instanceof CorruptRecord)) throw fault;
      this.unreadable++;
      return;
    }
    const { lastSeen, traits } = skimmer;
    // No rule holds on an empty profile.
    if (traits.length === 0 && !this.#asksAll) return;
    const profile: Profile = { lastSeen, traits, membership: NO_MEMBERSHIP };
    const before = this.#before?.segmentsOf(profile) ?? NO_SEGMENTS;
    const after = this.#after?.segmentsOf(profile) ?? NO_SEGMENTS;
    if (before.length + after.length === 0) return;
    this.#holders.push({ owner: record.owner(), before, after, lastSeen });
  };

  async flush(verdict: Verdict): Promise<void> {
    const holders = this.#holders;
    this.#holders = [];
    if (holders.length === 0) return;
    const { store, of, pid } = this.#options;
    const owners = holders.map(({ owner }) => owner);
    const identities = await store.scan.identitiesOf(of, owners);
    for (const [place, { owner, before, after, lastSeen }] of holders.entries()) {
      const optOuts = identities[place]?.optOuts ?? [];
      if (optOuts.every((optOut) => optOut.pid !== pid)) {
        verdict(before, after, lastSeen, owner);
      }
    }
  }
}
