/** Where time comes from. Nothing else in the house asks the machine for it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };

/** Stands still until it is set: the sandbox for trying lifetimes and recency. */
export class ManualClock implements Clock {
  #now: number;

  constructor(startMs: number) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  set(nowMs: number): void {
    this.#now = nowMs;
  }
}
