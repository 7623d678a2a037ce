// Devices of which more is read than their own profile: who was last logged in, devices that belong together, or
// links for which a trait is held. Each is evaluated as a call of it that names no ID would be.

import {
  type Found,
  planReads,
  readForRule,
  type Visit,
  type WholePlan,
} from "../event/qualify/qualify.ts";
import type { Identity } from "../model/identity.ts";
import type { SegmentId } from "../model/ids.ts";
import type { Profile } from "../model/profile.ts";
import { DEVICE_LIFE_DAYS, profileExpiresAt } from "../model/time.ts";
import { CorruptRecord } from "../profiles/corrupt-record.ts";
import type { ScannedRecord, ScanOwner } from "../profiles/profile-scan.ts";
import { RecordSkimmer } from "../profiles/skim-record.ts";
import type { VisitorStore } from "../profiles/visitor-store.ts";
import { AloneSide } from "./alone-side.ts";
import {
  type Evaluator,
  type EvaluatorOptions,
  isReadAlone,
  NO_SEGMENTS,
  type Side,
  type Verdict,
} from "./evaluator.ts";

/** Devices that are evaluated at once: a store far away is asked for what they want together. */
const AT_ONCE = 256;

interface Taken {
  readonly owner: ScanOwner;
  readonly profile: Profile;
}

export class LinkedEvaluator implements Evaluator {
  unreadable = 0;
  readonly #options: EvaluatorOptions;
  readonly #skimmer: RecordSkimmer;
  /** A side that asks for no more than the device's own profile needs no plan. */
  readonly #alone = new Map<Side, AloneSide>();
  #taken: Taken[] = [];

  constructor(options: EvaluatorOptions) {
    this.#options = options;
    this.#skimmer = new RecordSkimmer(options.wanted);
    for (const side of [options.before, options.after]) {
      if (side !== null && isReadAlone(side.partner)) {
        this.#alone.set(side, new AloneSide(side, options));
      }
    }
  }

  readonly visit = (record: ScannedRecord): void => {
    try {
      this.#skimmer.skim(record.bytes, record.begin, record.end);
    } catch (fault) {
      if (!(fault instanceof CorruptRecord)) throw fault;
      this.unreadable++;
      return;
    }
    const { lastSeen, traits } = this.#skimmer;
    if (this.#options.now >= profileExpiresAt(lastSeen, DEVICE_LIFE_DAYS)) return;
    this.#taken.push({ owner: record.owner(), profile: { lastSeen, traits, membership: [] } });
  };

  async flush(verdict: Verdict): Promise<void> {
    const taken = this.#taken;
    this.#taken = [];
    for (let at = 0; at < taken.length; at += AT_ONCE) {
      await this.#evaluate(taken.slice(at, at + AT_ONCE), verdict);
      await this.#options.pause();
    }
  }

  async #evaluate(taken: readonly Taken[], verdict: Verdict): Promise<void> {
    const { store, of, pid, before, after } = this.#options;
    const owners = taken.map(({ owner }) => owner);
    const identities = await store.scan.identitiesOf(of, owners);
    const evaluated = taken.map(async (one, place) => {
      const identity = identities[place];
      if (identity === undefined || identity.optOuts.some((optOut) => optOut.pid === pid)) return;
      const [was, is] = await Promise.all([
        this.#segmentsOf(before, one, identity),
        this.#segmentsOf(after, one, identity),
      ]);
      if (was.length + is.length > 0) verdict(was, is, one.profile.lastSeen, one.owner);
    });
    await Promise.all(evaluated);
  }

  async #segmentsOf(
    side: Side | null,
    { owner, profile }: Taken,
    identity: Identity,
  ): Promise<readonly SegmentId[]> {
    if (side === null) return NO_SEGMENTS;
    const alone = this.#alone.get(side);
    if (alone !== undefined) return alone.segmentsOf(profile);
    const { store, now } = this.#options;
    const device = store.scan.deviceOf(owner);
    const visit: Visit = { partner: side.partner, device, ids: [], identity, now };
    try {
      const plan = await wholePlanOf(store, visit);
      // Most devices are linked to nobody: what is read of them is at hand.
      const others = plan.profiles.slice(1);
      const stored = others.length === 0 ? [profile] : [profile, ...(await store.load(others))];
      const held = plan.rules.flatMap(({ group, places }) => {
        const merged = readForRule(visit, plan, stored, places);
        return group.index.qualified(merged, now).segments;
      });
      return held.sort((one, other) => one - other);
    } catch (fault) {
      if (!(fault instanceof CorruptRecord)) throw fault;
      this.unreadable++;
      return NO_SEGMENTS;
    }
  }
}

async function wholePlanOf(
  store: Pick<VisitorStore, "loadIdentities" | "graphs">,
  visit: Visit,
): Promise<WholePlan> {
  let plan = planReads(visit);
  while (plan.kind === "unfinished") {
    const { identities, clusters } = plan.wanted;
    const found: Found = {
      identities: identities.length === 0 ? [] : await store.loadIdentities(identities),
      clusters: await Promise.all(
        clusters.map(({ dataSourceId, device }) => store.graphs.clusterOf(dataSourceId, device)),
      ),
    };
    plan = plan.given(found);
  }
  return plan;
}
