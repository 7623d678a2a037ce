// Files that nothing leads to.

import { importsOf } from "./imports.ts";
import type { SourceTree } from "./source-tree.ts";

/** Where a process begins: named in package.json, run by hand, or found by the test runner. */
const ENTRY =
  /^(src\/main\.ts|demo\/start\.ts|bench\/run\.ts|scripts\/[^/]+\.[jt]s|bin\/.*|.*\.test\.ts|contract\/src\/[^/]+\.ts)$/;
const CONTRACT = "@dunlin/contract/";
/** Code that a browser loads is reached by its URL. */
const SERVED = /^demo\/.*\.js$|\.client\.js$/;

export function deadFileFaults(tree: SourceTree): string[] {
  const codeByPath = new Map(tree.code.map((code) => [code.path, code]));
  const alive = new Set<string>();
  const next = [...codeByPath.keys()].filter((path) => ENTRY.test(path) || SERVED.test(path));
  for (let path = next.pop(); path !== undefined; path = next.pop()) {
    const code = codeByPath.get(path);
    if (code === undefined || alive.has(path)) continue;
    alive.add(path);
    for (const one of importsOf(code)) {
      if (one.file !== null) next.push(one.file);
      if (one.specifier.startsWith(CONTRACT))
        next.push(`contract/src/${one.specifier.slice(CONTRACT.length)}.ts`);
    }
  }
  return [...codeByPath.keys()]
    .filter((path) => !alive.has(path))
    .map((path) => `${path} is imported by nobody.`);
}
