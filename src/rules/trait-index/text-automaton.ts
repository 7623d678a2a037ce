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
   * Four numbers a node: the label of its first child or -1, where its other children begin (they end where
   * the next node's begin), the node to fall back to, and the first node on that way at which a text ends.
   * The first child is the next node, so that a text lies in one piece of memory.
   */
  readonly #rows: Int32Array;
  /** Children but the first: labels, ascending within a node, and nodes. */
  readonly #otherLabels: Uint16Array;
  readonly #otherNodes: Int32Array;
  /** The predicate whose text ends at a node. */
  readonly #predicates: Int32Array;
  readonly #roots: Int32Array;
  /** For each root with many children: the child for each ASCII unit. */
  readonly #rootTables: readonly (Int32Array | null)[];

  constructor(rootCount: number, sought: readonly SoughtText[]) {
    const trie = buildTrie(rootCount, sought);
    const nodeCount = trie.firstLabels.length;
    this.#otherLabels = Uint16Array.from(trie.otherLabels);
    this.#otherNodes = Int32Array.from(trie.otherNodes);
    this.#predicates = Int32Array.from(trie.predicates);
    this.#roots = Int32Array.from(trie.roots);
    // One more, for the end of the last node's children.
    this.#rows = new Int32Array((nodeCount + 1) * ROW_SIZE).fill(trie.otherNodes.length);
    for (let node = 0; node < nodeCount; node += 1) {
      const row = [trie.firstLabels[node] ?? NONE, trie.otherStarts[node] ?? 0];
      this.#rows.set(row, node * ROW_SIZE);
    }
    this.#rootTables = trie.roots.map((root) => this.#rootTable(root));
    for (const node of nodesByDepth(trie.depths)) {
      const fallback = this.#fallbackOf(node, trie);
      const ends = this.#predicates[node] !== NONE;
      const found = ends ? node : fallback === node ? NONE : this.#found(fallback);
      this.#rows.set([fallback, found], node * ROW_SIZE + 2);
    }
  }

  /**
   * Marks the predicates whose texts under a root are in the first `length` units; those marked before
   * stay.
   */
  scan(rootNumber: number, units: Uint16Array, length: number, marks: Bits): void {
    const table = this.#rootTables[rootNumber] ?? NO_TABLE;
    const root = this.#roots[rootNumber] ?? 0;
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
    const firstLabel = this.#rows[row] ?? NONE;
    if (firstLabel === unit) return node + 1;
    // Labels ascend.
    return firstLabel === NONE || firstLabel > unit ? NONE : this.#otherChild(row, unit);
  }

  #otherChild(row: number, unit: number): number {
    const labels = this.#otherLabels;
    let low = this.#rows[row + 1] ?? 0;
    let high = this.#rows[row + 1 + ROW_SIZE] ?? 0;
    while (high - low > 4) {
      const middle = (low + high) >>> 1;
      if ((labels[middle] ?? 0) <= unit) low = middle;
      else high = middle;
    }
    for (; low < high; low += 1) if (labels[low] === unit) return this.#otherNodes[low] ?? NONE;
    return NONE;
  }

  #rootTable(root: number): Int32Array | null {
    const row = root * ROW_SIZE;
    const start = this.#rows[row + 1] ?? 0;
    const end = this.#rows[row + 1 + ROW_SIZE] ?? 0;
    if (end - start < MAX_SEARCHED_CHILDREN) return null;
    return Int32Array.from({ length: ASCII }, (_, unit) => this.#child(root, unit));
  }

  /** Nodes come by depth, so that the fallbacks on the way are known. */
  #fallbackOf(node: number, { depths, parents, labels }: Trie): number {
    const parent = parents[node] ?? NONE;
    if (parent === NONE) return node;
    if (depths[parent] === 0) return parent;
    const unit = labels[node] ?? 0;
    let from = this.#fallback(parent);
    for (;;) {
      const next = this.#child(from, unit);
      if (next !== NONE) return next;
      if (depths[from] === 0) return from;
      from = this.#fallback(from);
    }
  }
}

/** By node, but `other…`: children but the first, of all nodes in turn. */
interface Trie {
  readonly roots: number[];
  readonly firstLabels: number[];
  readonly otherStarts: number[];
  readonly predicates: number[];
  readonly parents: number[];
  readonly labels: number[];
  readonly depths: number[];
  readonly otherLabels: number[];
  readonly otherNodes: number[];
}

/** A node that waits for its number: the sorted texts from `first` to before `end` go through it. */
interface Pending {
  readonly parent: number;
  readonly label: number;
  readonly depth: number;
  readonly first: number;
  readonly end: number;
  /** Its place among the other children, -1 for a first child or a root. */
  readonly other: number;
}

function buildTrie(rootCount: number, sought: readonly SoughtText[]): Trie {
  const sorted = [...sought].sort(
    (one, other) => one.root - other.root || (one.text < other.text ? -1 : 1),
  );
  const trie: Trie = {
    ...{ roots: [], firstLabels: [], otherStarts: [], predicates: [], parents: [] },
    ...{ labels: [], depths: [], otherLabels: [], otherNodes: [] },
  };
  let first = 0;
  for (let root = 0; root < rootCount; root += 1) {
    let end = first;
    while (sorted[end]?.root === root) end += 1;
    trie.roots.push(trie.labels.length);
    addTree(trie, sorted, { parent: NONE, label: 0, depth: 0, first, end, other: NONE });
    first = end;
  }
  return trie;
}

/** Depth first, the first child right after its parent. */
function addTree(trie: Trie, sorted: readonly SoughtText[], root: Pending): void {
  const pending = [root];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const node = trie.labels.length;
    if (next.other !== NONE) trie.otherNodes[next.other] = node;
    trie.parents.push(next.parent);
    trie.labels.push(next.label);
    trie.depths.push(next.depth);
    trie.otherStarts.push(trie.otherLabels.length);
    const text = sorted[next.first]?.text ?? "";
    const endsHere = next.first < next.end && text.length === next.depth;
    trie.predicates.push(endsHere ? (sorted[next.first]?.predicate ?? NONE) : NONE);
    const children = childrenOf(sorted, node, endsHere ? { ...next, first: next.first + 1 } : next);
    trie.firstLabels.push(children[0]?.label ?? NONE);
    for (let child = children.length - 1; child > 0; child -= 1) {
      const other = trie.otherStarts[node] ?? 0;
      pending.push({ ...(children[child] ?? next), other: other + child - 1 });
    }
    for (const { label } of children.slice(1)) trie.otherLabels.push(label);
    if (children[0] !== undefined) pending.push(children[0]);
  }
}

function childrenOf(sorted: readonly SoughtText[], parent: number, of: Pending): Pending[] {
  const children: Pending[] = [];
  const depth = of.depth + 1;
  for (let first = of.first; first < of.end; ) {
    const label = sorted[first]?.text.charCodeAt(of.depth) ?? 0;
    let end = first + 1;
    while (end < of.end && sorted[end]?.text.charCodeAt(of.depth) === label) end += 1;
    children.push({ parent, label, depth, first, end, other: NONE });
    first = end;
  }
  return children;
}

function nodesByDepth(depths: readonly number[]): Int32Array {
  return Int32Array.from(depths.keys()).sort(
    (one, other) => (depths[one] ?? 0) - (depths[other] ?? 0),
  );
}
