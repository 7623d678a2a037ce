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

/**
 * Whether it is certain that nothing makes the formula true. False where something does, where the
 * contradiction is not seen, and where finding out would take too long.
 */
export function isImpossible<Atom>(
  formula: Formula<Atom>,
  contradicts: Contradiction<Atom>,
): boolean {
  // An OR of very many operands is decided operand by operand, whatever their number.
  if (formula.kind === "or") {
    return formula.operands.every((operand) => isImpossible(operand, contradicts));
  }
  return possibleClauses(formula, contradicts)?.length === 0;
}

/**
 * What can make the formula true, a clause each: those that cannot be true are left out. Null where there
 * are too many.
 */
export function possibleClauses<Atom>(
  formula: Formula<Atom>,
  contradicts: Contradiction<Atom>,
): Clause<Atom>[] | null {
  switch (formula.kind) {
    case "atom":
      return contradicts([formula.atom]) ? [] : [[formula.atom]];
    case "or":
      return alternatives(formula.operands, contradicts);
    case "and":
      return combinations(formula.operands, contradicts);
  }
}

function alternatives<Atom>(
  operands: readonly Formula<Atom>[],
  contradicts: Contradiction<Atom>,
): Clause<Atom>[] | null {
  const all: Clause<Atom>[] = [];
  for (const operand of operands) {
    const clauses = possibleClauses(operand, contradicts);
    if (clauses === null || all.length + clauses.length > MAX_CLAUSES) return null;
    all.push(...clauses);
  }
  return all;
}

function combinations<Atom>(
  operands: readonly Formula<Atom>[],
  contradicts: Contradiction<Atom>,
): Clause<Atom>[] | null {
  // What stands alone comes first: it rules alternatives out before they multiply.
  const alone = operands.flatMap((operand) => (operand.kind === "atom" ? [operand.atom] : []));
  if (alone.length > MAX_CLAUSE_ATOMS) return null;
  if (alone.length > 0 && contradicts(alone)) return [];
  let clauses: Clause<Atom>[] = [alone];
  for (const operand of operands) {
    if (operand.kind === "atom") continue;
    const choices = possibleClauses(operand, contradicts);
    if (choices === null) return null;
    const next: Clause<Atom>[] = [];
    for (const clause of clauses) {
      for (const choice of choices) {
        const both = [...clause, ...choice];
        if (both.length > MAX_CLAUSE_ATOMS) return null;
        if (clause.length > 0 && contradicts(both)) continue;
        if (next.length === MAX_CLAUSES) return null;
        next.push(both);
      }
    }
    clauses = next;
    if (clauses.length === 0) return clauses;
  }
  return clauses;
}
