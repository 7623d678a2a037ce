// What a look-alike model computes of numbers ("Audience model", Look-alike models): the weights of traits, and how
// many visitors a score reaches.

/** How many visitors hold a trait. */
export interface TraitCount {
  readonly sid: number;
  /** Visitors of the baseline, and of the data sources. */
  readonly ofBaseline: number;
  readonly ofUsers: number;
  /** Realizations within the look-back. */
  readonly realizations: number;
}

export interface WeighedTrait extends TraitCount {
  /** From 0 to 1; that of the first is 1. */
  readonly weight: number;
}

/** Visitors of the baseline that a trait must share with it: fewer say nothing. */
export const LEAST_OVERLAP = 25;
export const MOST_TRAITS = 50;
/** Rows of accuracy and reach: 0, 0.05 … 1. */
const STEPS = 20;

/** The heaviest first, equal ones by sid; traits that tell nothing are left out. */
export function weighTraits(
  counts: readonly TraitCount[],
  { baseline, users }: { readonly baseline: number; readonly users: number },
): readonly WeighedTrait[] {
  const weighed = counts
    .filter(({ ofBaseline, ofUsers }) => ofBaseline >= LEAST_OVERLAP && ofUsers > 0)
    .map((count) => {
      const common = count.ofBaseline / baseline;
      const elsewhere = count.ofUsers / users;
      // The root keeps small traits near the top whose visitors are all of the baseline.
      return { ...count, weight: Math.sqrt(common) * Math.log2(common / elsewhere) };
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight || one.sid - other.sid);
  const greatest = weighed[0]?.weight ?? 1;
  return weighed.slice(0, MOST_TRAITS).map((one) => ({ ...one, weight: one.weight / greatest }));
}

/** `scores` are those of visitors outside the baseline, `greatest` is that of anybody. */
export function reachByAccuracy(
  scores: Iterable<number>,
  greatest: number,
): readonly { readonly accuracy: number; readonly reach: number }[] {
  const accuracies = Array.from({ length: STEPS + 1 }, (_, step) => step / STEPS);
  const reaches = new Array<number>(STEPS + 1).fill(0);
  for (const score of scores) {
    const relative = greatest === 0 ? 0 : score / greatest;
    // The greatest accuracy that it reaches, whatever rounding makes of the product.
    let step = Math.min(STEPS, Math.floor(relative * STEPS) + 1);
    while (step > 0 && relative < (accuracies[step] ?? 0)) step--;
    reaches[step] = (reaches[step] ?? 0) + 1;
  }
  for (let step = STEPS - 1; step >= 0; step--) {
    reaches[step] = (reaches[step] ?? 0) + (reaches[step + 1] ?? 0);
  }
  return accuracies.map((accuracy, step) => ({ accuracy, reach: reaches[step] ?? 0 }));
}
