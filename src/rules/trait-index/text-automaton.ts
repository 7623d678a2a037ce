// Finds all substrings that rules ask for in one pass over a value (Aho and Corasick, 1975), for all keys
// in one set of flat arrays: each key has a root of its own. Words are substrings of a value's words set in
// spaces. What a value costs grows with its length and with what is found in it, however many texts are
// sought.

import type { Bits } from "./bits.ts";

/** A text that is sought under a root. */
export interface SoughtText {
  readonly root: number;
  readonly text: string;
  readonly predicate: number;
}

const NONE = -1;
/** A root with more children than this finds those of ASCII in a table. */
const MAX_SEARCHED_CHILDREN = 4;
const ASCII = 0x80;
const NO_TABLE = new Int32Array(0);
const ROW_SIZE = 4;

export class TextAutomaton {
  /**
   * Four numbers a node, so that a step touches one line: where its children begin (they end where the
   * next node's begin), the label of the first or -1, the node to fall back to, and the first node on that
   * way at which a text ends.
   */
  readonly #rows: Int32Array;
  /** The unit that leads to a node; children lie side by side, labels ascending. */
  readonly #labels: Uint16Array;
  /** The predicate whose text ends at a node. */
  readonly #predicates: Int32Array;
  /** For each root with many children: the child for each ASCII unit. */
  readonly #rootTables: readonly (Int32Array | null)[];

  constructor(rootCount: number, sought: readonly SoughtText[]) {
    const trie = buildTrie(rootCount, sought);
    this.#labels = Uint16Array.from(trie.labels);
    this.#predicates = Int32Array.from(trie.predicates);
    // One more, for the end of the last node's children.
    this.#rows = new Int32Array((trie.labels.length + 1) * ROW_SIZE).fill(trie.labels.length);
    for (let node = 0; node < trie.labels.length; node += 1) {
      const first = trie.children[node] ?? 0;
      const isLeaf = first === trie.children[node + 1];
      this.#rows.set([first, isLeaf ? NONE : (trie.labels[first] ?? NONE)], node * ROW_SIZE);
    }
    this.#rootTables = Array.from({ length: rootCount }, (_, root) => this.#rootTable(root));
    for (let node = 0; node < trie.labels.length; node += 1) {
      const fallback = this.#fallbackOf(node, rootCount, trie.parents);
      const ends = this.#predicates[node] !== NONE;
      const found = ends ? node : node < rootCount ? NONE : this.#found(fallback);
      this.#rows.set([fallback, found], node * ROW_SIZE + 2);
    }
  }

  /** Marks the predicates whose texts are in the first `length` units; those marked before stay. */
  scan(root: number, units: Uint16Array, length: number, marks: Bits): void {
    const table = this.#rootTables[root] ?? NO_TABLE;
    let node = root;
    for (let i = 0; i < length; i += 1) {
      const unit = units[i] ?? 0;
      let next = NONE;
      while (node !== root && (next = this.#child(node, unit)) === NONE)
        node = this.#fallback(node);
      if (next === NONE) {
        next = unit < table.length ? (table[unit] ?? NONE) : this.#child(root, unit);
        if (next === NONE) continue;
      }
      node = next;
      const found = this.#found(node);
      if (found !== NONE) this.#report(found, marks);
    }
  }

  /** A text that is marked has had all its suffixes marked with it. */
  #report(node: number, marks: Bits): void {
    let found = node;
    while (found !== NONE && marks.add(this.#predicates[found] ?? 0)) {
      found = this.#found(this.#fallback(found));
    }
  }

  #fallback(node: number): number {
    return this.#rows[node * ROW_SIZE + 2] ?? NONE;
  }

  #found(node: number): number {
    return this.#rows[node * ROW_SIZE + 3] ?? NONE;
  }

  #child(node: number, unit: number): number {
    const row = node * ROW_SIZE;
    const firstLabel = this.#rows[row + 1] ?? NONE;
    if (firstLabel === unit) return this.#rows[row] ?? NONE;
    // Labels ascend.
    return firstLabel === NONE || firstLabel > unit ? NONE : this.#laterChild(row, unit);
  }

  #laterChild(row: number, unit: number): number {
    const labels = this.#labels;
    let low = (this.#rows[row] ?? 0) + 1;
    let high = this.#rows[row + ROW_SIZE] ?? 0;
    while (high - low > 4) {
      const middle = (low + high) >>> 1;
      if ((labels[middle] ?? 0) <= unit) low = middle;
      else high = middle;
    }
    for (; low < high; low += 1) if (labels[low] === unit) return low;
    return NONE;
  }

  #rootTable(root: number): Int32Array | null {
    const first = this.#rows[root * ROW_SIZE] ?? 0;
    const end = this.#rows[(root + 1) * ROW_SIZE] ?? 0;
    if (end - first <= MAX_SEARCHED_CHILDREN) return null;
    const table = new Int32Array(ASCII).fill(NONE);
    for (let child = first; child < end; child += 1) {
      const label = this.#labels[child] ?? 0;
      if (label < ASCII) table[label] = child;
    }
    return table;
  }

  /** Parents come before their children, so that the fallbacks on the way are known. */
  #fallbackOf(node: number, rootCount: number, parents: readonly number[]): number {
    if (node < rootCount) return node;
    const parent = parents[node] ?? 0;
    if (parent < rootCount) return parent;
    const unit = this.#labels[node] ?? 0;
    let from = this.#fallback(parent);
    for (;;) {
      const next = this.#child(from, unit);
      if (next !== NONE) return next;
      if (from < rootCount) return from;
      from = this.#fallback(from);
    }
  }
}

interface Trie {
  readonly children: number[];
  readonly labels: number[];
  readonly predicates: number[];
  readonly parents: number[];
}

/** Level by level over the sorted texts, so that the children of a node lie side by side. */
function buildTrie(rootCount: number, sought: readonly SoughtText[]): Trie {
  const sorted = [...sought].sort(
    (one, other) => one.root - other.root || (one.text < other.text ? -1 : 1),
  );
  const trie: Trie = { children: [], labels: [], predicates: [], parents: [] };
  /** The texts below a node: from `firsts[n]` to before `ends[n]`. */
  const firsts: number[] = [];
  const ends: number[] = [];
  const depths: number[] = [];
  const add = (parent: number, label: number, depth: number, first: number): void => {
    trie.labels.push(label);
    trie.predicates.push(NONE);
    trie.parents.push(parent);
    firsts.push(first);
    ends.push(first);
    depths.push(depth);
  };
  let next = 0;
  for (let root = 0; root < rootCount; root += 1) {
    add(NONE, 0, 0, next);
    while (sorted[next]?.root === root) next += 1;
    ends[root] = next;
  }
  for (let node = 0; node < trie.labels.length; node += 1) {
    trie.children.push(trie.labels.length);
    const depth = depths[node] ?? 0;
    let last = NONE;
    for (let at = firsts[node] ?? 0; at < (ends[node] ?? 0); at += 1) {
      const { text, predicate } = sorted[at] ?? { text: "", predicate: NONE };
      if (text.length === depth) {
        trie.predicates[node] = predicate;
        continue;
      }
      const unit = text.charCodeAt(depth);
      if (unit !== last) add(node, unit, depth + 1, at);
      last = unit;
      ends[trie.labels.length - 1] = at + 1;
    }
  }
  trie.children.push(trie.labels.length);
  return trie;
}
