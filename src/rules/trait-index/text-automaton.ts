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

export class TextAutomaton {
  /** Children of node n are those from `#children[n]` to before `#children[n + 1]`, labels ascending. */
  readonly #children: Int32Array;
  readonly #labels: Uint16Array;
  /** The node of the longest proper suffix that is a prefix of some text; a root's is itself. */
  readonly #fallbacks: Int32Array;
  /** The predicate whose text ends at a node, and the first node on the way of fallbacks that has one. */
  readonly #predicates: Int32Array;
  readonly #found: Int32Array;
  /** For each root with many children: the child for each ASCII unit. */
  readonly #rootTables: readonly (Int32Array | null)[];

  constructor(rootCount: number, sought: readonly SoughtText[]) {
    const trie = buildTrie(rootCount, sought);
    this.#children = Int32Array.from(trie.children);
    this.#labels = Uint16Array.from(trie.labels);
    this.#predicates = Int32Array.from(trie.predicates);
    this.#fallbacks = new Int32Array(trie.labels.length);
    this.#found = new Int32Array(trie.labels.length);
    this.#rootTables = Array.from({ length: rootCount }, (_, root) => this.#rootTable(root));
    for (let node = 0; node < trie.labels.length; node += 1) {
      const fallback = this.#fallbackOf(node, rootCount, trie.parents);
      this.#fallbacks[node] = fallback;
      const ends = this.#predicates[node] !== NONE;
      this.#found[node] = ends ? node : node < rootCount ? NONE : (this.#found[fallback] ?? NONE);
    }
  }

  /** Marks the predicates whose texts are in the first `length` units; those marked before stay. */
  scan(root: number, units: Uint16Array, length: number, marks: Bits): void {
    const fallbacks = this.#fallbacks;
    let node = root;
    for (let i = 0; i < length; i += 1) {
      const unit = units[i] ?? 0;
      let next = node === root ? this.#rootChild(root, unit) : this.#child(node, unit);
      while (next === NONE && node !== root) {
        node = fallbacks[node] ?? root;
        next = node === root ? this.#rootChild(root, unit) : this.#child(node, unit);
      }
      if (next === NONE) continue;
      node = next;
      this.#report(node, marks);
    }
  }

  /** A text that is marked has had all its suffixes marked with it. */
  #report(node: number, marks: Bits): void {
    let found = this.#found[node] ?? NONE;
    while (found !== NONE && marks.add(this.#predicates[found] ?? 0)) {
      const fallback = this.#fallbacks[found] ?? NONE;
      found = this.#found[fallback] ?? NONE;
    }
  }

  #rootChild(root: number, unit: number): number {
    const table = this.#rootTables[root];
    return table && unit < ASCII ? (table[unit] ?? NONE) : this.#child(root, unit);
  }

  #child(node: number, unit: number): number {
    let low = this.#children[node] ?? 0;
    let high = this.#children[node + 1] ?? 0;
    const labels = this.#labels;
    while (high - low > 4) {
      const middle = (low + high) >>> 1;
      if ((labels[middle] ?? 0) <= unit) low = middle;
      else high = middle;
    }
    for (; low < high; low += 1) if (labels[low] === unit) return low;
    return NONE;
  }

  #rootTable(root: number): Int32Array | null {
    const first = this.#children[root] ?? 0;
    const end = this.#children[root + 1] ?? 0;
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
    let from = this.#fallbacks[parent] ?? 0;
    for (;;) {
      const next = this.#child(from, unit);
      if (next !== NONE) return next;
      if (from < rootCount) return from;
      from = this.#fallbacks[from] ?? 0;
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
