// A count lets calls go first. As long as a core would otherwise be idle it uses it; where the others of the machine
// want them all, it works a twentieth of the machine's time and rests for what remains.

import { cpus } from "node:os";

/** What a machine has done so far, all cores together. */
export interface MachineTimes {
  readonly cores: number;
  /** Milliseconds of work, of everybody and of this process. */
  readonly everyoneMs: number;
  readonly oursMs: number;
}

export interface CourtesyOptions {
  /** Milliseconds, of a clock that nobody sets. */
  ticks(): number;
  /** Milliseconds of work of this thread so far. */
  worked(): number;
  times(): MachineTimes;
  rest(ms: number): Promise<void>;
}

/** The machine tells its times in hundredths of a second: over less they say nothing. */
const LOOK_EVERY_MS = 100;
/** The share of the machine that a count may take from those who want it. */
const SHARE = 0.05;
/** Of a core, that counts as idle though somebody has used it. */
const NEARLY_IDLE = 0.2;
const LONGEST_REST_MS = 200;

export class Courtesy {
  readonly #options: CourtesyOptions;
  #lookedAt: number;
  #times: MachineTimes;
  #isWanted = false;
  #worked: number;

  constructor(options: CourtesyOptions) {
    this.#options = options;
    this.#times = options.times();
    this.#lookedAt = options.ticks();
    this.#worked = options.worked();
  }

  /** To be called after each millisecond or two of work. */
  async pause(): Promise<void> {
    const now = this.#options.ticks();
    if (now - this.#lookedAt >= LOOK_EVERY_MS) this.#look(now);
    const workedMs = this.#options.worked() - this.#worked;
    const share = SHARE * this.#times.cores;
    const restMs = this.#isWanted && share < 1 ? (workedMs * (1 - share)) / share : 0;
    await this.#options.rest(Math.min(LONGEST_REST_MS, restMs));
    this.#worked = this.#options.worked();
  }

  #look(now: number): void {
    const before = this.#times;
    const after = this.#options.times();
    const passedMs = now - this.#lookedAt;
    const others = after.everyoneMs - before.everyoneMs - (after.oursMs - before.oursMs);
    this.#isWanted = others / passedMs > after.cores - 1 + NEARLY_IDLE;
    this.#times = after;
    this.#lookedAt = now;
  }
}

/** Resting for no time lets those go first who wait already. */
export function courtesyOfMachine(): Courtesy {
  return new Courtesy({
    ticks: () => performance.now(),
    // Not the time that has passed: where others want the core, that is many times as long.
    worked: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1_000;
    },
    times: machineTimes,
    rest: (ms) =>
      new Promise((resolve) => {
        if (ms < 1) setImmediate(resolve);
        else setTimeout(resolve, ms);
      }),
  });
}

function machineTimes(): MachineTimes {
  const all = cpus();
  const everyoneMs = all.reduce((sum, { times }) => {
    return sum + times.user + times.nice + times.sys + times.irq;
  }, 0);
  const { user, system } = process.cpuUsage();
  return { cores: Math.max(1, all.length), everyoneMs, oursMs: (user + system) / 1_000 };
}
