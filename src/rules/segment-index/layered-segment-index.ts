// A segment index with few changes, without building it anew: what it finds of segments that changed is left
// out, and a small index of their new rules answers for them.

import type { SegmentId } from "../../model/ids.ts";
import type { Profile } from "../../model/profile.ts";
import type { SegmentProof } from "./proof.ts";
import type { Qualified, SegmentIndex } from "./segment-index.ts";

export class LayeredSegmentIndex implements SegmentIndex {
  readonly #base: SegmentIndex;
  /** Segments for which the base does not answer any more. */
  readonly #retired: ReadonlySet<SegmentId>;
  readonly #added: SegmentIndex;

  constructor(base: SegmentIndex, retired: ReadonlySet<SegmentId>, added: SegmentIndex) {
    this.#base = base;
    this.#retired = retired;
    this.#added = added;
  }

  /** May foretell a change too early, that of a retired segment. */
  qualified(profile: Profile, now: number): Qualified {
    const base = this.#base.qualified(profile, now);
    const added = this.#added.qualified(profile, now);
    const kept = base.segments.filter((sid) => !this.#retired.has(sid));
    return {
      segments: [...kept, ...added.segments].sort((a, b) => a - b),
      changesAt: Math.min(base.changesAt, added.changesAt),
    };
  }

  explain(sid: SegmentId, profile: Profile, now: number): SegmentProof | null {
    const index = this.#retired.has(sid) ? this.#added : this.#base;
    return index.explain(sid, profile, now) ?? this.#added.explain(sid, profile, now);
  }
}
