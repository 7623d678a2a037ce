// What a pattern may cost, told from its tree before anything is compiled or run.

import { onlyCharacter, type Pattern, type Repeat } from "./pattern-tree.ts";

/** Values longer than this are cut for the backtracking engine ("Audience model", Regex engine). */
export const MAX_BACKTRACKED_CHARACTERS = 2_048;

/** A Unicode property is hundreds of ranges, and takes as long to compile as so many characters. */
const CHARACTERS_PER_PROPERTY = 20;

export interface AutomatonSize {
  /** Characters and sets after counted repeats are written out. */
  readonly characters: number;
  /**
   * Those of them that can make an automaton's states multiply, so that each character of a value may
   * cost as much as there are: sets, and all that counted repeats wrote out.
   */
  readonly wide: number;
}

export function automatonSize(node: Pattern): AutomatonSize {
  switch (node.kind) {
    case "sequence":
      return sum(node.items.map(automatonSize));
    case "choice":
      return sum(node.options.map(automatonSize));
    case "group":
    case "look":
      return automatonSize(node.body);
    case "repeat":
      return repeatedSize(node);
    case "oneOf": {
      const properties = node.items.filter(({ kind }) => kind === "property").length;
      return {
        characters: 1 + properties * CHARACTERS_PER_PROPERTY,
        wide: onlyCharacter(node) === null ? 1 : 0,
      };
    }
    case "assertion":
    case "backReference":
      return { characters: 1, wide: 0 };
  }
}

function sum(sizes: readonly AutomatonSize[]): AutomatonSize {
  return {
    characters: sizes.reduce((total, { characters }) => total + characters, 0),
    wide: sizes.reduce((total, { wide }) => total + wide, 0),
  };
}

function repeatedSize({ body, min, max }: Repeat): AutomatonSize {
  const once = automatonSize(body);
  const copies = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : Math.max(max, 1);
  if (copies === 1) return once;
  const characters = once.characters * copies;
  return { characters, wide: characters };
}

/**
 * At most how many steps a backtracking engine takes on one value of the longest length: each repeat
 * multiplies the ways in which what follows it is tried. Infinity for repeats in repeats, whose ways
 * grow exponentially. It counts too much rather than too little: repeats that cannot overlap multiply too.
 */
export function backtrackingSteps(pattern: Pattern): number {
  return stepsOf(pattern);
}

/** In how many ways the node can match from one place. */
function waysOf(node: Pattern): number {
  switch (node.kind) {
    case "sequence":
      return node.items.reduce((ways, item) => ways * waysOf(item), 1);
    case "choice":
      return node.options.reduce((ways, option) => ways + waysOf(option), 0);
    case "group":
      return waysOf(node.body);
    case "repeat":
      return repeatedWays(node);
    // A look-around that has succeeded is never entered again.
    case "look":
    case "oneOf":
    case "assertion":
    case "backReference":
      return 1;
  }
}

function repeatedWays({ body, min, max }: Repeat): number {
  const most = Math.min(max, MAX_BACKTRACKED_CHARACTERS);
  const once = waysOf(body);
  if (once === 1) return Math.max(most - min + 1, 1);
  if (most === 1) return once + (1 - min);
  // once^min + … + once^most, as good as its last term twice.
  return 2 * once ** most;
}

/** Steps to try every way once. */
function stepsOf(node: Pattern): number {
  switch (node.kind) {
    case "sequence": {
      let ways = 1;
      let steps = 0;
      for (const item of node.items) {
        steps += ways * stepsOf(item);
        ways *= waysOf(item);
      }
      return steps;
    }
    case "choice":
      return node.options.reduce((steps, option) => steps + stepsOf(option), 0);
    case "group":
    case "look":
      return stepsOf(node.body);
    case "repeat": {
      const most = Math.min(node.max, MAX_BACKTRACKED_CHARACTERS);
      return waysOf(node.body) === 1 ? most * stepsOf(node.body) : waysOf(node);
    }
    case "oneOf":
    case "assertion":
      return 1;
    case "backReference":
      return MAX_BACKTRACKED_CHARACTERS;
  }
}
