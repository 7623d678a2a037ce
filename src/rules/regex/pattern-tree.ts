// A regular expression in Java's flavour as a tree. Flags are resolved while parsing: each node carries
// what they mean to it, so that nothing below needs to know where a flag began or ended.

export type Pattern =
  | { readonly kind: "sequence"; readonly items: readonly Pattern[] }
  | { readonly kind: "choice"; readonly options: readonly Pattern[] }
  | Repeat
  | OneOf
  | { readonly kind: "assertion"; readonly assertion: Assertion }
  | { readonly kind: "group"; readonly body: Pattern }
  | Look
  | { readonly kind: "backReference"; readonly group: number; readonly ignoreCase: boolean };

export type Assertion = "start" | "end" | "lineStart" | "lineEnd" | "boundary" | "noBoundary";

export interface Repeat {
  readonly kind: "repeat";
  readonly body: Pattern;
  readonly min: number;
  /** Infinity when there is no most. */
  readonly max: number;
  readonly lazy: boolean;
}

/** One character out of a set; a plain letter is a set of one. */
export interface OneOf {
  readonly kind: "oneOf";
  readonly negated: boolean;
  readonly items: readonly SetItem[];
  readonly ignoreCase: boolean;
}

/** Code points, both ends included, or a Unicode property. */
export type SetItem =
  | { readonly kind: "range"; readonly from: number; readonly to: number }
  | {
      readonly kind: "property";
      readonly property: "category" | "script";
      readonly name: string;
      readonly negated: boolean;
    };

export interface Look {
  readonly kind: "look";
  readonly ahead: boolean;
  readonly negated: boolean;
  readonly body: Pattern;
}

/** The character that the node stands for, when it stands for exactly one. */
export function onlyCharacter(node: Pattern): number | null {
  if (node.kind !== "oneOf" || node.negated || node.items.length !== 1) return null;
  const [item] = node.items;
  return item?.kind === "range" && item.from === item.to ? item.from : null;
}

/** Whether any node of the tree passes. */
export function somewhere(node: Pattern, test: (node: Pattern) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => somewhere(child, test));
}

export function childrenOf(node: Pattern): readonly Pattern[] {
  switch (node.kind) {
    case "sequence":
      return node.items;
    case "choice":
      return node.options;
    case "repeat":
    case "group":
    case "look":
      return [node.body];
    case "oneOf":
    case "assertion":
    case "backReference":
      return [];
  }
}
