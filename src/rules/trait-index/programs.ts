// What is left to verify of a clause once its guard is true, as a program of tests with two exits each:
// three numbers a test, `[what, next if true, next if false]`, walked without recursion.

import type { Formula } from "./formula.ts";
import type { Guard } from "./guards.ts";
import { isSighted, type Predicate } from "./predicates.ts";

/** Where a program ends. */
export const ACCEPT = -1;
export const REJECT = -2;

export class ProgramWriter {
  /**
   * `what` is twice the number of a sighted predicate, or one more than twice the place of an asked one
   * among those.
   */
  readonly code: number[] = [];
  readonly asked: readonly Predicate[];
  readonly #predicates: readonly Predicate[];
  /** Places among the asked predicates, by number; -1 for sighted ones. */
  readonly #askedPlaces: Int32Array;

  constructor(predicates: readonly Predicate[]) {
    this.#predicates = predicates;
    this.asked = predicates.filter(({ kind }) => !isSighted(kind));
    this.#askedPlaces = new Int32Array(predicates.length).fill(-1);
    for (const [place, { id }] of this.asked.entries()) this.#askedPlaces[id] = place;
  }

  /** Where the program of a clause begins; `ACCEPT` when its guard says everything. */
  write(clause: Formula, guards: readonly Guard[]): number {
    const [guard] = guards;
    const known = guards.length === 1 && guard?.kind === "sighted" ? guard.predicate : -1;
    return this.#write(clause, ACCEPT, REJECT, known);
  }

  /** Written from the end, so that each test knows where it goes on. `known` is true already. */
  #write(formula: Formula, onTrue: number, onFalse: number, known: number): number {
    if (formula.kind === "predicate") {
      if (formula.predicate === known && !formula.negated) return onTrue;
      return this.#test(formula.predicate, formula.negated, onTrue, onFalse);
    }
    const isAnd = formula.kind === "and";
    let next = isAnd ? onTrue : onFalse;
    for (const operand of this.#dearestFirst(formula.operands)) {
      next = isAnd
        ? this.#write(operand, next, onFalse, known)
        : this.#write(operand, onTrue, next, known);
    }
    return next;
  }

  #test(predicate: number, negated: boolean, onTrue: number, onFalse: number): number {
    const start = this.code.length;
    const place = this.#askedPlaces[predicate] ?? -1;
    this.code.push(
      place < 0 ? predicate * 2 : place * 2 + 1,
      negated ? onFalse : onTrue,
      negated ? onTrue : onFalse,
    );
    return start;
  }

  /** What is written first is tested last. */
  #dearestFirst(operands: readonly Formula[]): Formula[] {
    return [...operands].sort((one, other) => this.#cost(other) - this.#cost(one));
  }

  #cost(formula: Formula): number {
    if (formula.kind !== "predicate") return 2;
    if ((this.#askedPlaces[formula.predicate] ?? -1) < 0) return 0;
    return this.#predicates[formula.predicate]?.kind === "regex" ? 3 : 1;
  }
}
