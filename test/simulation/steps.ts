// What is under way, step by step: nothing happens but what the seed chooses to happen next.

import type { Random } from "../support/random.ts";

/** One operation of a store that a call waits for. */
export interface Step {
  readonly label: string;
  /** The number of the call that waits. */
  readonly call: number;
  readonly isCommit: boolean;
  /** Begins at once, and is done when the store has answered. */
  begin(): Promise<void>;
  /** Once it is done, or in its place: tells the call what came of it. */
  answer(): void;
  /** Tells the call that it failed, whether or not it was begun. */
  fail(): void;
}

export interface WhatHappened {
  /** Null where several calls took part. */
  readonly call: number | null;
  readonly text: string;
}

interface Waiting {
  readonly step: Step;
  readonly order: number;
  /** Done, and yet to be answered. */
  readonly isDone: boolean;
}

/** Chances, all per step. */
export interface Faults {
  /** A read or a commit fails, and nothing was stored. */
  readonly failure: number;
  /** A commit was stored, and fails all the same. */
  readonly lateFailure: number;
  /** An answer of the store is held up. */
  readonly slowAnswer: number;
  /** An operation is overtaken by many others. */
  readonly slowStep: number;
  /** Several commits go in together. */
  readonly group: number;
}

export const NO_FAULTS: Faults = {
  ...{ failure: 0, lateFailure: 0, slowAnswer: 0, slowStep: 0, group: 0 },
};

const MOST_HELD_UP = 60;
const MOST_OF_A_GROUP = 8;

export class Steps {
  readonly #random: Random;
  #waiting: Waiting[] = [];
  #order = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  get size(): number {
    return this.#waiting.length;
  }

  add(step: Step, { slowStep }: Faults): void {
    this.#wait(step, false, this.#random.chance(slowStep));
  }

  /** What is under way for some calls vanishes; commits may still be on their way. Gives those that are. */
  vanish(isOf: (call: number) => boolean): readonly Step[] {
    const gone = this.#waiting.filter(({ step }) => isOf(step.call));
    this.#waiting = this.#waiting.filter(({ step }) => !isOf(step.call));
    return gone.flatMap(({ step, isDone }) => (step.isCommit && !isDone ? [step] : []));
  }

  /** Carries one out, or several commits in a row, and says what happened. */
  async run(faults: Faults): Promise<WhatHappened> {
    const random = this.#random;
    const waiting = this.#take();
    if (waiting === null) return { call: null, text: "nothing" };
    const { step, isDone } = waiting;
    const { call } = step;
    if (isDone) {
      step.answer();
      return { call, text: `${step.label} answered late` };
    }
    if (random.chance(faults.failure)) {
      step.fail();
      return { call, text: `${step.label} failed` };
    }
    const group = step.isCommit && random.chance(faults.group) ? this.#commits() : [];
    const steps = [step, ...group];
    await Promise.all(steps.map((one) => one.begin()));
    const text = steps.map((one) => this.#settle(one, faults)).join(", ");
    return { call: steps.length === 1 ? call : null, text };
  }

  #settle(step: Step, faults: Faults): string {
    const random = this.#random;
    if (step.isCommit && random.chance(faults.lateFailure)) {
      step.fail();
      return `${step.label} done, but failed`;
    }
    if (random.chance(faults.slowAnswer)) {
      this.#wait(step, true, true);
      return `${step.label} done, not yet answered`;
    }
    step.answer();
    return step.label;
  }

  #wait(step: Step, isDone: boolean, isSlow: boolean): void {
    this.#order += 1;
    const order = this.#order + (isSlow ? this.#random.below(MOST_HELD_UP) : 0);
    this.#waiting.push({ step, isDone, order });
  }

  /** One of those that have waited the longest. */
  #take(): Waiting | null {
    if (this.#waiting.length === 0) return null;
    const ripe = this.#waiting.filter(({ order }) => order <= this.#order);
    const chosen = this.#random.pick(ripe.length === 0 ? this.#waiting : ripe);
    this.#waiting = this.#waiting.filter((one) => one !== chosen);
    this.#order += 1;
    return chosen;
  }

  /** Some commits more that wait. */
  #commits(): readonly Step[] {
    const commits = this.#waiting.filter(({ step, isDone }) => step.isCommit && !isDone);
    const some = commits.slice(0, this.#random.below(MOST_OF_A_GROUP));
    this.#waiting = this.#waiting.filter((one) => !some.includes(one));
    return some.map(({ step }) => step);
  }
}
