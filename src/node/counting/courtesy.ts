// Counts let calls go first. As long as the node's workers have next to nothing to do, or a core would otherwise be
// idle, they go on; where all cores are wanted, they work a small part of one core's time and rest for what remains.
// All counts of a node share one courtesy.

import cluster from "node:cluster";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

/** What a machine has done so far, all cores together. */
export interface MachineTimes {
  /** Those that this process may use. */
  readonly cores: number;
  /** Milliseconds of work, of everybody and of this process. */
  readonly everyoneMs: number;
  readonly oursMs: number;
  /** Of the node's workers; null where the system does not tell. */
  readonly workersMs: number | null;
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
/** The share of one core that counts may take from those who want it: it may be the only one that calls have. */
const SHARE = 0.04;
/** Of a core, that counts as idle though somebody has used it. */
const NEARLY_IDLE = 0.2;
/** Of a core: workers that do less have no calls to speak of. Where they get little of a core, calls wait for it. */
const NEARLY_NOTHING = 0.05;
const LONGEST_REST_MS = 500;
/** In which Linux counts the time of processes. */
const TICK_MS = 10;

export class Courtesy {
  readonly #options: CourtesyOptions;
  #lookedAt: number;
  #times: MachineTimes;
  #isWanted = false;
  #counts = 0;
  #worked: number;

  constructor(options: CourtesyOptions) {
    this.#options = options;
    this.#times = options.times();
    this.#lookedAt = options.ticks();
    this.#worked = options.worked();
  }

  /** To be called before a count; gives what is to be called after it. */
  begin(): () => void {
    // What this thread did while nobody counted was no count.
    if (this.#counts === 0) this.#worked = this.#options.worked();
    this.#counts++;
    return () => {
      this.#counts--;
    };
  }

  /** To be called after each millisecond or two of work. */
  async pause(): Promise<void> {
    const { ticks, worked, rest } = this.#options;
    const now = ticks();
    if (now - this.#lookedAt >= LOOK_EVERY_MS) this.#look(now);
    // Counts at the same time share what there is.
    const workedMs = this.#counts * (worked() - this.#worked);
    await rest(this.#isWanted ? Math.min(LONGEST_REST_MS, (workedMs * (1 - SHARE)) / SHARE) : 0);
    this.#worked = worked();
  }

  #look(now: number): void {
    const before = this.#times;
    const after = this.#options.times();
    const passedMs = now - this.#lookedAt;
    const others = after.everyoneMs - before.everyoneMs - (after.oursMs - before.oursMs);
    const hasCalls =
      after.workersMs === null ||
      before.workersMs === null ||
      (after.workersMs - before.workersMs) / passedMs > NEARLY_NOTHING;
    this.#isWanted = hasCalls && others / passedMs > after.cores - 1 + NEARLY_IDLE;
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
  const oursMs = (user + system) / 1_000;
  return { cores: availableParallelism(), everyoneMs, oursMs, workersMs: workersTimeMs() };
}

/** As Linux tells it. */
function workersTimeMs(): number | null {
  let total = 0;
  for (const worker of Object.values(cluster.workers ?? {})) {
    const pid = worker?.process.pid;
    if (pid === undefined) continue;
    try {
      const text = readFileSync(`/proc/${pid}/stat`, "utf8");
      // The name in the second field may hold blanks; the fields after it do not.
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      total += (Number(fields[11]) + Number(fields[12])) * TICK_MS;
    } catch {
      // It has ended, or there is no such file here.
      return null;
    }
  }
  return total;
}
