// Which files are tests, and which of them a command runs.

import { globSync } from "node:fs";

/** The folders that hold tests; those that later issues add are here already. */
const HOMES = "{contract,src,test,scripts,bench,demo,sdk,tag,console,bin}";
const SLOW = /\.slow\.test\.ts$|^test\/(journeys|simulation)\//;

export interface TestSelection {
  /** Whether tests that take seconds belong to it: journeys, simulations, `*.slow.test.ts`. */
  readonly slowOnes: boolean;
  /** Parts of paths; a file needs one of them. None stands for every file. */
  readonly named: readonly string[];
}

/** Paths of the tests, relative to the root; the slow ones first, so that they do not run alone at the end. */
export function findTestFiles(root: string, selection: TestSelection): readonly string[] {
  return globSync(`${HOMES}/**/*.test.ts`, {
    cwd: root,
    exclude: (name) => name === "node_modules",
  })
    .filter((file) => selection.slowOnes || !isSlow(file))
    .filter((file) => selection.named.length === 0 || selection.named.some((n) => file.includes(n)))
    .sort((a, b) => Number(isSlow(b)) - Number(isSlow(a)) || (a < b ? -1 : 1));
}

export function isSlow(file: string): boolean {
  return SLOW.test(file);
}
