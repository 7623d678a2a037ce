import { LIMITS } from "../config.ts";
import type { ManualClock } from "../ops/clock.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** The manual clock of a node's processes, which all have one time. */
export class WorkersClock {
  readonly #pool: Pick<WorkerPool, "askEveryone">;
  readonly #own: ManualClock | null;

  constructor(pool: Pick<WorkerPool, "askEveryone">, own: ManualClock | null) {
    this.#pool = pool;
    this.#own = own;
  }

  /** True once every worker has the time. */
  async setClock(now: number): Promise<boolean> {
    // A worker that begins from here on begins with the new time.
    this.#own?.set(now);
    const asked = await this.#pool.askEveryone<"set-clock">(
      { kind: "set-clock", now },
      LIMITS.answerMs,
      "end-those-who-refuse",
    );
    return asked.some((each) => each.kind === "answered");
  }
}
