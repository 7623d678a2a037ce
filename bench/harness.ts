// What a benchmark is made of: rows that measure sides in turn, round by round, so that whatever else the
// machine does falls on all of them alike. A figure that counts is a ratio of two sides of one run.

export interface BenchOptions {
  /** Few short rounds, for trying. */
  readonly quick: boolean;
  /** Told what is under way. */
  progress(text: string): void;
}

export interface Row {
  readonly name: string;
  readonly run: (options: BenchOptions) => Promise<readonly Figure[]>;
}

/** One line of the result. */
export interface Figure {
  readonly row: string;
  readonly value: number;
  readonly unit: string;
  readonly better: "higher" | "lower";
  /** What the value was made of: the median of each side and all its rounds. */
  readonly sides: Readonly<Record<string, Side>>;
  readonly note?: string;
}

export interface Side {
  readonly median: number;
  readonly unit: string;
  readonly rounds: readonly number[];
}

/** Measures each side once a round, in an order that turns, and gives what each measured. */
export async function interleave<Name extends string, T>(
  rounds: number,
  sides: Readonly<Record<Name, () => Promise<T>>>,
): Promise<Record<Name, T[]>> {
  // Object.keys forgets the type of the keys; they are those of `sides`.
  const names = Object.keys(sides) as Name[];
  const measured = Object.fromEntries(names.map((name) => [name, [] as T[]]));
  for (let round = 0; round < rounds; round++) {
    const turned = round % 2 === 0 ? names : [...names].reverse();
    for (const name of turned) measured[name]?.push(await sides[name]());
  }
  return measured as Record<Name, T[]>;
}

export function median(numbers: readonly number[]): number {
  const ascending = [...numbers].sort((a, b) => a - b);
  const upper = ascending[Math.floor(ascending.length / 2)];
  const lower = ascending[Math.floor((ascending.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("No round was measured.");
  return (lower + upper) / 2;
}

export function side(rounds: readonly number[], unit: string): Side {
  return { median: median(rounds), unit, rounds };
}
