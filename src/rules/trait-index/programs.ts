// What is left to verify of a clause once its guard is true, as a program of tests with two exits each:
// three numbers a test, `[what, next if true, next if false]`, walked without recursion.

import type { Formula } from "./formula.ts";
import type { Guard } from "./guards.ts";
import { isSighted, type Predicate } from "./predicates.ts";

/** Where a program ends. */
export const ACCEPT = -1;
export const REJECT = -2;

export class ProgramWriter {
  /** `what` is twice the predicate's number, and one more for a predicate that has to be asked. */
  readonly code: number[] = [];
  readonly #predicates: readonly Predicate[];

  constructor(predicates: readonly Predicate[]) {
    this.#predicates = predicates;
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
    this.code.push(
      predicate * 2 + (this.#isAsked(predicate) ? 1 : 0),
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
    if (!this.#isAsked(formula.predicate)) return 0;
    return this.#predicates[formula.predicate]?.kind === "regex" ? 3 : 1;
  }

  #isAsked(predicate: number): boolean {
    const kind = this.#predicates[predicate]?.kind;
    return kind !== undefined && !isSighted(kind);
  }
}
