// The clauses under their guards, in one flat array: three numbers an entry, `[rule, program, turn]`.

export const ENTRY_SIZE = 3;

export interface Entry {
  /** The rule's place among the rules, ascending by SID. */
  readonly rule: number;
  /** Where the program begins that verifies the clause. */
  readonly program: number;
  /** Number of a clause with several guards, tested once a call; -1 for a clause with one. */
  readonly turn: number;
}

export interface Filing {
  /** Entries of group g are those from `starts[g]` to before `starts[g + 1]`, counted in numbers. */
  readonly starts: Int32Array;
  readonly entries: Int32Array;
}

/** Entries by group, in the order in which they came. */
export function fileEntries(
  groupCount: number,
  filed: readonly (Entry & { group: number })[],
): Filing {
  const starts = new Int32Array(groupCount + 1);
  for (const { group } of filed) starts[group + 1] = (starts[group + 1] ?? 0) + ENTRY_SIZE;
  for (let group = 0; group < groupCount; group += 1) {
    starts[group + 1] = (starts[group + 1] ?? 0) + (starts[group] ?? 0);
  }
  const next = starts.slice();
  const entries = new Int32Array(filed.length * ENTRY_SIZE);
  for (const { group, rule, program, turn } of filed) {
    const at = next[group] ?? 0;
    entries.set([rule, program, turn], at);
    next[group] = at + ENTRY_SIZE;
  }
  return { starts, entries };
}
