// The project's code as syntax trees, read once through the compiler's API. Checks ask the tree, so that a
// word in a string or a comment is never taken for code.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Node, SourceFile } from "typescript/unstable/ast";
import { createVirtualFileSystem, type FileSystem } from "typescript/unstable/fs";
import { API } from "typescript/unstable/sync";

export interface Code {
  /** Relative to the root, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: SourceFile;
}

export interface SourceTree {
  /** TypeScript and JavaScript that tsconfig.json includes, by path. */
  readonly code: readonly Code[];
  /** Every file that belongs to the project, whatever it holds, by path. */
  readonly files: readonly string[];
  read(path: string): string;
}

const NOT_OURS = new Set(["node_modules", ".git", "data"]);

export function readSourceTree(root: string): SourceTree {
  return {
    code: readCode(root, undefined),
    files: listFiles(root, ""),
    read: (path) => readFileSync(join(root, path), "utf8"),
  };
}

const PLANTED_ROOT = "/planted";
const PLANTED_CONFIG = JSON.stringify({
  compilerOptions: { noLib: true, types: [], allowJs: true, allowImportingTsExtensions: true },
});

/** A project that exists in memory only, for trying the checks themselves. */
export function plantSourceTree(texts: Readonly<Record<string, string>>): SourceTree {
  const files = { ...texts, "tsconfig.json": PLANTED_CONFIG };
  const placed = Object.entries(files).map(([path, text]) => [`${PLANTED_ROOT}/${path}`, text]);
  return {
    code: readCode(PLANTED_ROOT, createVirtualFileSystem(Object.fromEntries(placed))),
    files: Object.keys(texts).sort(),
    read: (path) => texts[path] ?? "",
  };
}

function readCode(root: string, fs: FileSystem | undefined): Code[] {
  const base = root.replace(/\/$/, "");
  const api = new API({ cwd: base, ...(fs === undefined ? {} : { fs }) });
  try {
    const config = `${base}/tsconfig.json`;
    const program = api.updateSnapshot({ openProjects: [config] }).getProjects()[0]?.program;
    if (program === undefined) throw new Error(`${config} opens no project.`);
    return program
      .getSourceFileNames()
      .filter((name) => name.startsWith(`${base}/`) && !name.includes("/node_modules/"))
      .sort()
      .map((name) => {
        const tree = program.getSourceFile(name);
        if (tree === undefined) throw new Error(`The compiler has no tree of ${name}.`);
        return { path: name.slice(base.length + 1), text: tree.text, tree };
      });
  } finally {
    api.close();
  }
}

function listFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (NOT_OURS.has(entry.name)) return [];
    if (entry.isDirectory()) return listFiles(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** Calls `visit` with every node of a tree, outer ones first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  node.forEachChild((child) => walk(child, visit));
}

/** The line on which a position lies, counted from 1. */
export function lineAt(code: Code, position: number): number {
  let line = 1;
  for (let at = code.text.indexOf("\n"); at >= 0 && at < position; ) {
    line++;
    at = code.text.indexOf("\n", at + 1);
  }
  return line;
}

export function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.endsWith(".contract.ts") || path.startsWith("test/");
}
