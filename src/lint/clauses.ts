// Formulas without NOT over atoms of any kind, and whether something can make one true. What an atom says,
// and which atoms cannot be true together, is the business of the logic that owns them.

export type Formula<Atom> = { readonly kind: "atom"; readonly atom: Atom } | Joined<Atom>;

export interface Joined<Atom> {
  readonly kind: "and" | "or";
  readonly operands: readonly Formula<Atom>[];
}

/** Atoms that are to be true together. */
export type Clause<Atom> = readonly Atom[];

/** Whether it is certain that these atoms cannot be true together. */
export type Contradiction<Atom> = (clause: Clause<Atom>) => boolean;

/** A formula that falls into more clauses than this is not decided. */
export const MAX_CLAUSES = 256;
/** So is one with more atoms than this in a clause: comparing them takes the square of it. */
export const MAX_CLAUSE_ATOMS = 400;

/** What one decision may take: comparing the atoms of a clause takes the square of their number. */
const MAX_STEPS = 1_000_000;

/**
 * Whether it is certain that nothing makes the formula true. False where something does, where the
 * contradiction is not seen, and where finding out would take too long.
 */
export function isImpossible<Atom>(
  formula: Formula<Atom>,
  contradicts: Contradiction<Atom>,
): boolean {
  const decision = new Decision(contradicts);
  // An OR of very many operands is decided operand by operand, whatever their number.
  return operandsOfOr(formula).every((operand) => decision.clausesOf(operand)?.length === 0);
}

function operandsOfOr<Atom>(formula: Formula<Atom>): readonly Formula<Atom>[] {
  return formula.kind === "or" ? formula.operands.flatMap(operandsOfOr) : [formula];
}

/**
 * What can make the formula true, a clause each: those that cannot be true are left out. Null where there
 * are too many, or where finding them would take too long.
 */
export function possibleClauses<Atom>(
  formula: Formula<Atom>,
  contradicts: Contradiction<Atom>,
): readonly Clause<Atom>[] | null {
  return new Decision(contradicts).clausesOf(formula);
}

class Decision<Atom> {
  readonly #contradicts: Contradiction<Atom>;
  #stepsLeft = MAX_STEPS;

  constructor(contradicts: Contradiction<Atom>) {
    this.#contradicts = contradicts;
  }

  clausesOf(formula: Formula<Atom>): Clause<Atom>[] | null {
    switch (formula.kind) {
      case "atom": {
        const isPossible = this.#isPossible([formula.atom]);
        return isPossible === null ? null : isPossible ? [[formula.atom]] : [];
      }
      case "or":
        return this.#alternatives(formula.operands);
      case "and":
        return this.#combinations(formula.operands);
    }
  }

  /** Null where too much was asked already. */
  #isPossible(clause: Clause<Atom>): boolean | null {
    this.#stepsLeft -= clause.length * clause.length;
    if (clause.length > MAX_CLAUSE_ATOMS || this.#stepsLeft < 0) return null;
    return !this.#contradicts(clause);
  }

  #alternatives(operands: readonly Formula<Atom>[]): Clause<Atom>[] | null {
    const all: Clause<Atom>[] = [];
    for (const operand of operands) {
      const clauses = this.clausesOf(operand);
      if (clauses === null || all.length + clauses.length > MAX_CLAUSES) return null;
      all.push(...clauses);
    }
    return all;
  }

  #combinations(operands: readonly Formula<Atom>[]): Clause<Atom>[] | null {
    // What stands alone comes first: it rules alternatives out before they multiply.
    const alone = operands.flatMap((operand) => (operand.kind === "atom" ? [operand.atom] : []));
    const isPossible = this.#isPossible(alone);
    if (isPossible === null) return null;
    let clauses: Clause<Atom>[] = isPossible ? [alone] : [];
    for (const operand of operands) {
      if (clauses.length === 0) return clauses;
      if (operand.kind === "atom") continue;
      const choices = this.clausesOf(operand);
      const next = choices === null ? null : this.#joined(clauses, choices);
      if (next === null) return null;
      clauses = next;
    }
    return clauses;
  }

  /** Each of the ones with each of the others. */
  #joined(
    clauses: readonly Clause<Atom>[],
    choices: readonly Clause<Atom>[],
  ): Clause<Atom>[] | null {
    const next: Clause<Atom>[] = [];
    for (const clause of clauses) {
      for (const choice of choices) {
        const both = [...clause, ...choice];
        const isPossible = this.#isPossible(both);
        if (isPossible === null || next.length === MAX_CLAUSES) return null;
        if (isPossible) next.push(both);
      }
    }
    return next;
  }
}
