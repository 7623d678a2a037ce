// The deny list: an entry in the slot of whom it names, and one set that says whom the list names at all.
//
// The set is written before an entry and after one is removed, so that nobody is denied who is not listed.

import { invariant } from "../../model/result.ts";
import { DAY_MS } from "../../model/time.ts";
import type { Denial, DeniedKey, DenyList } from "../../profiles/visitor-store.ts";
import { isDenied } from "../../profiles/visitor-store-denials.ts";
import type { CommandBatches } from "./slots/command-batches.ts";
import { DENIALS_KEY, DENIALS_TAG, denialKeyName, deniedTag } from "./visitor-keys.ts";

/** So that a clock which is set back finds what held then. */
const KEPT_AFTER_END_MS = 30 * DAY_MS;

const FOR_EVER = "for ever";

export class RedisDenials implements DenyList {
  readonly #reads: CommandBatches;
  readonly #writes: CommandBatches;

  constructor(reads: CommandBatches, writes: CommandBatches) {
    this.#reads = reads;
    this.#writes = writes;
  }

  async areDenied(keys: readonly DeniedKey[], now: number): Promise<readonly boolean[]> {
    const entries = await Promise.all(keys.map((key) => this.#untilOf(key)));
    return entries.map((until) => until !== undefined && isDenied({ until }, now));
  }

  async add({ key, until }: Denial): Promise<void> {
    invariant(
      until === null || (Number.isSafeInteger(until) && until >= 0),
      `a denial ends at a whole number of milliseconds, not at ${until}`,
    );
    const tag = deniedTag(key);
    await this.#list("SADD", key);
    await this.#writes.call(tag, "set", [
      denialKeyName(tag),
      until === null ? FOR_EVER : `${until}`,
    ]);
    // Somebody may have removed the entry before it, and with it the name, meanwhile.
    await this.#list("SADD", key);
  }

  async remove(key: DeniedKey): Promise<boolean> {
    const tag = deniedTag(key);
    const removed = await this.#writes.call(tag, "del", [denialKeyName(tag)]);
    await this.#list("SREM", key);
    // Added again meanwhile.
    if ((await this.#untilOf(key)) !== undefined) await this.#list("SADD", key);
    return removed === 1;
  }

  async list(now: number): Promise<readonly Denial[]> {
    const names = await this.#reads.call(DENIALS_TAG, "smembers", [DENIALS_KEY]);
    invariant(Array.isArray(names), "a set is answered as a list");
    // Only `#list` writes them.
    const keys = names.map((name) => JSON.parse(String(name)) as DeniedKey);
    const entries = await Promise.all(keys.map((key) => this.#untilOf(key)));
    const denials = keys.flatMap((key, place): Denial[] => {
      const until = entries[place];
      return until === undefined ? [] : [{ key, until }];
    });
    const longEnded = denials.filter((denial) => !isDenied(denial, now - KEPT_AFTER_END_MS));
    for (const { key } of longEnded) await this.remove(key);
    return denials.filter((denial) => isDenied(denial, now));
  }

  /** Undefined where there is no entry. */
  async #untilOf(key: DeniedKey): Promise<number | null | undefined> {
    const tag = deniedTag(key);
    const [entry = null] = await this.#reads.get(tag, [denialKeyName(tag)]);
    if (entry === null) return undefined;
    const text = entry.toString("latin1");
    return text === FOR_EVER ? null : Number(text);
  }

  async #list(command: "SADD" | "SREM", key: DeniedKey): Promise<void> {
    const member = JSON.stringify(key);
    await this.#writes.call(DENIALS_TAG, command.toLowerCase(), [DENIALS_KEY, member]);
  }
}
