// The numbers that pass several tests at once.

import type { NumberTest } from "./value-tests.ts";

export class NumberRange {
  #least = Number.NEGATIVE_INFINITY;
  #isLeastOut = false;
  #greatest = Number.POSITIVE_INFINITY;
  #isGreatestOut = false;
  readonly #left = new Set<number>();

  /** Keeps those that pass. */
  keep({ kind, number }: NumberTest): void {
    switch (kind) {
      case "equalNumber":
        this.#raise(number, false);
        this.#lower(number, false);
        return;
      case "above":
        this.#raise(number, true);
        return;
      case "atLeast":
        this.#raise(number, false);
        return;
      case "below":
        this.#lower(number, true);
        return;
      case "atMost":
        this.#lower(number, false);
        return;
    }
  }

  /** Keeps those that do not pass. */
  drop({ kind, number }: NumberTest): void {
    switch (kind) {
      case "equalNumber":
        this.#left.add(number);
        return;
      case "above":
        this.#lower(number, false);
        return;
      case "atLeast":
        this.#lower(number, true);
        return;
      case "below":
        this.#raise(number, false);
        return;
      case "atMost":
        this.#raise(number, true);
        return;
    }
  }

  get isEmpty(): boolean {
    if (this.#least > this.#greatest) return true;
    if (this.#least < this.#greatest) return false;
    return this.#isLeastOut || this.#isGreatestOut || this.#left.has(this.#least);
  }

  #raise(number: number, isOut: boolean): void {
    if (number < this.#least) return;
    this.#isLeastOut = isOut || (number === this.#least && this.#isLeastOut);
    this.#least = number;
  }

  #lower(number: number, isOut: boolean): void {
    if (number > this.#greatest) return;
    this.#isGreatestOut = isOut || (number === this.#greatest && this.#isGreatestOut);
    this.#greatest = number;
  }
}
