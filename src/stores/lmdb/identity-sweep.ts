// Identities of devices that have not been seen for long: once a week each is looked at, a few with every
// transaction, and where all of its links ended long ago they go at both ends. Opt-outs stay.

import type { DeviceId } from "../../model/ids.ts";
import { isLinkLive } from "../../model/links.ts";
import { DAY_MS } from "../../model/time.ts";
import { CorruptRecord } from "../../profiles/corrupt-record.ts";
import { decodeIdentity } from "../../profiles/identity-record.ts";
import { deviceOfKeyBytes } from "./device-key.ts";
import type { Environment } from "./environment.ts";
import type { LmdbIdentities } from "./lmdb-identities.ts";

/** Identities looked at in one transaction. */
export const SWEPT_AT_ONCE = 16;
const ROUND_EVERY_MS = 7 * DAY_MS;
/** So that a clock which is set back finds what was linked then. */
const KEPT_AFTER_END_MS = 30 * DAY_MS;

export class IdentitySweep {
  readonly #environment: Environment;
  readonly #identities: LmdbIdentities;
  /** The last key that was looked at; null between two rounds. */
  #upTo: Uint8Array | null = null;
  #nextRoundAt = 0;
  #isWaiting = false;

  constructor(environment: Environment, identities: LmdbIdentities) {
    this.#environment = environment;
    this.#identities = identities;
  }

  /** Goes on in the next transaction, where a round is due at that time. Nobody waits for it. */
  goOn(now: number): void {
    if (this.#isWaiting || (this.#upTo === null && now < this.#nextRoundAt)) return;
    this.#isWaiting = true;
    const isDone = (): void => {
      this.#isWaiting = false;
    };
    // One that is refused or fails is made up for with a later transaction.
    this.#environment.commit(() => this.#step(now)).then(isDone, isDone);
  }

  #step(now: number): void {
    if (this.#upTo === null) this.#nextRoundAt = now + ROUND_EVERY_MS;
    const endedBy = now - KEPT_AFTER_END_MS;
    const gone: DeviceId[] = [];
    const limit = SWEPT_AT_ONCE;
    const range = this.#upTo === null ? { limit } : { start: this.#upTo, limit };
    let seen = 0;
    for (const { key, value } of this.#environment.identitiesOfDevices.getRange(range)) {
      seen++;
      this.#upTo = Uint8Array.from(key);
      const device = deviceOfKeyBytes(key);
      if (device !== null && hasEnded(value, endedBy)) gone.push(device);
    }
    if (seen < limit) this.#upTo = null;
    for (const device of gone) {
      const read = this.#identities.readingOnce();
      // What a call at that time would find ended, and end at the other side too.
      this.#identities.prepare([{ kind: "seen", device, at: endedBy }], read)();
    }
  }
}

function hasEnded(record: Uint8Array, at: number): boolean {
  try {
    const { links, lastSeen } = decodeIdentity(record);
    return links.length > 0 && !links.some((link) => isLinkLive(link, lastSeen, at));
  } catch (fault) {
    // Whoever asks for it is told; the round goes on.
    if (fault instanceof CorruptRecord) return false;
    throw fault;
  }
}
