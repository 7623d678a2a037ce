// Runs the program of one segment over the profile taken by `LiveTraits`. With the answer comes its
// `until`: a day from which on the answer may be another one, never later than the true day.
//
// Every node gives both. A false operand keeps an AND false, so that the latest of the false operands'
// days is the AND's; a true AND falls with the first of all. OR is its mirror. Days at or after `bound`
// do not interest the caller: as soon as a node knows that it stands until then, it stops.

import { type CountWindow, countOf } from "./count-realizations.ts";
import { FOREVER, type LiveTraits } from "./live-traits.ts";
import { AND, AT_LEAST, AT_MOST, EQUAL, HOLDS, LACKS, OLD, OR } from "./program.ts";

/** Future days that are tried for one count before the next of them is taken for its `until`. */
const MAX_DAYS_TRIED = 32;

export class ProgramRunner {
  /** Of the last node that was run. */
  until = FOREVER;

  readonly #code: Int32Array;
  readonly #live: LiveTraits;
  readonly #window: CountWindow = { kind: 0, days: 0, nextEvent: FOREVER };
  #today = 0;
  #bound = FOREVER;

  constructor(code: Int32Array, live: LiveTraits) {
    this.#code = code;
    this.#live = live;
  }

  run(position: number, today: number, bound: number): boolean {
    this.#today = today;
    this.#bound = bound;
    return this.#node(position);
  }

  #node(position: number): boolean {
    const operation = this.#code[position] ?? AND;
    switch (operation) {
      case AND:
      case OR:
        return this.#junction(position, operation === OR);
      case HOLDS:
      case LACKS:
        return this.#presence(this.#code[position + 2] ?? 0) === (operation === HOLDS);
      default:
        return this.#count(position);
    }
  }

  /** `deciding` is the answer of an operand that decides alone: true for OR, false for AND. */
  #junction(position: number, deciding: boolean): boolean {
    const end = this.#code[position + 1] ?? 0;
    let decided = false;
    let until = FOREVER;
    for (let at = position + 2; at < end; at = this.#code[at + 1] ?? end) {
      const answer = this.#node(at);
      if (answer !== deciding) {
        if (!decided && this.until < until) until = this.until;
        continue;
      }
      until = decided ? Math.max(until, this.until) : this.until;
      decided = true;
      if (until >= this.#bound) break;
    }
    this.until = until;
    return decided === deciding;
  }

  /** Whether some trait of the set is live: until the last of them has run out. */
  #presence(set: number): boolean {
    const live = this.#live;
    const count = live.gather(set);
    let lastDay = 0;
    for (let at = 0; at < count; at++) {
      const day = live.lastDays[live.gathered[at] ?? 0] ?? 0;
      if (day > lastDay) lastDay = day;
    }
    this.until = count === 0 || lastDay === FOREVER ? FOREVER : lastDay + 1;
    return count > 0;
  }

  #count(position: number): boolean {
    const code = this.#code;
    const window = this.#window;
    const members = this.#live.gather(code[position + 2] ?? 0);
    window.kind = code[position + 3] ?? 0;
    window.days = code[position + 4] ?? 0;
    const test = code[position + 5] ?? AT_LEAST;
    const limit = code[position + 6] ?? 0;

    const count = countOf(this.#live, members, window, this.#today);
    const answer = passes(test, count, limit);
    if (window.kind !== OLD && standsWhileFalling(test, count, limit)) {
      this.until = FOREVER;
      return answer;
    }
    let day = window.nextEvent;
    for (let tried = 0; day < this.#bound && tried < MAX_DAYS_TRIED; tried++) {
      if (passes(test, countOf(this.#live, members, window, day), limit) !== answer) break;
      day = window.nextEvent;
    }
    this.until = day;
    return answer;
  }
}

/** Whether a count passes one of the program's tests. */
export function passes(test: number, count: number, limit: number): boolean {
  switch (test) {
    case AT_LEAST:
      return count >= limit;
    case AT_MOST:
      return count <= limit;
    case EQUAL:
      return count === limit;
    default:
      return count !== limit;
  }
}

/**
 * Whether the answer stays when the count only falls, as it does by itself unless realizations grow into
 * an "at least so old" window.
 */
function standsWhileFalling(test: number, count: number, limit: number): boolean {
  return test === AT_MOST ? count <= limit : count < limit;
}
