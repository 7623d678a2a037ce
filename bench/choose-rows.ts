// What the words behind `npm run bench --` ask for. A word is the name of a row, or of a figure, or the
// beginning of a figure's name; one that is none of these stops the run before it has begun.

/** A row as it is chosen and listed. */
export interface ListedRow {
  readonly name: string;
  /** One line: what it answers. */
  readonly about: string;
  /** All that it gives. */
  readonly figures: readonly string[];
}

export type BenchOrder<R extends ListedRow> =
  | { readonly kind: "help" }
  | { readonly kind: "run"; readonly rows: readonly R[]; readonly quick: boolean }
  /** What nobody understands. */
  | { readonly kind: "refused"; readonly words: readonly string[] };

const HELP: ReadonlySet<string> = new Set(["--help", "-h"]);
const QUICK = "--quick";

export function readOrder<R extends ListedRow>(
  args: readonly string[],
  rows: readonly R[],
): BenchOrder<R> {
  if (args.some((arg) => HELP.has(arg))) return { kind: "help" };
  const words = args.filter((arg) => arg !== QUICK);
  const chosen = words.map((word) => rowsNamed(word, rows));
  const unknown = words.filter((_, place) => chosen[place]?.length === 0);
  if (unknown.length > 0) return { kind: "refused", words: unknown };
  const wanted = new Set(words.length === 0 ? rows : chosen.flat());
  return {
    kind: "run",
    rows: rows.filter((row) => wanted.has(row)),
    quick: args.includes(QUICK),
  };
}

function rowsNamed<R extends ListedRow>(word: string, rows: readonly R[]): readonly R[] {
  const named = rows.filter(({ name }) => name === word);
  // Every name begins with no word at all.
  if (named.length > 0 || word === "") return named;
  return rows.filter(({ figures }) => figures.some((figure) => figure.startsWith(word)));
}

export function helpText(rows: readonly ListedRow[]): string {
  const list = rows.flatMap(({ name, about, figures }) => [
    `  ${name.padEnd(14)} ${about}`,
    `  ${"".padEnd(14)} ${figures.join(" ")}`,
  ]);
  return [
    "npm run bench                           every row, and the result is kept in bench/results/",
    "npm run bench -- match event.vs_http    rows by their name, or by how a figure's name begins",
    "npm run bench -- --quick match          too briefly to be believed, and nothing is kept: for trying",
    "",
    "Rows, and the figures that each gives:",
    ...list,
  ].join("\n");
}

export function refusalText(words: readonly string[], rows: readonly ListedRow[]): string {
  const which = words.map((word) => `"${word}"`).join(", ");
  return `No row and no figure is called ${which}. Nothing was run.\n\n${helpText(rows)}`;
}
