// Ceilings. A ceiling is not a target: split where a name appears, not at the last line allowed.

import {
  isArrowFunction,
  isCallExpression,
  isConstructorDeclaration,
  isFunctionDeclaration,
  isFunctionExpression,
  isGetAccessorDeclaration,
  isMethodDeclaration,
  type Node,
} from "typescript/unstable/ast";
import { type Code, isTest, lineAt, lineCount, type SourceTree, walk } from "./source-tree.ts";

const MAX_FILE_LINES = 400;
const MAX_TEST_LINES = 600;
const MAX_FUNCTION_LINES = 70;
const MAX_PARAMETERS = 4;
const MAX_FILES_IN_FOLDER = 25;
const MAX_DEPENDENCIES = 24;
/** From this length on a file says at its top what lives in it. */
const LINES_WITHOUT_OPENING = 80;
/** Files that must read as a page. */
const PAGES: Readonly<Record<string, number>> = {
  "src/main.ts": 150,
  "src/event/handle-event.ts": 150,
};

export function sizeFaults(tree: SourceTree): string[] {
  return [
    ...tree.code.flatMap((code) => [...fileFaults(code), ...functionFaults(code)]),
    ...folderFaults(tree),
    ...dependencyFaults(tree),
  ];
}

function fileFaults(code: Code): string[] {
  const lines = lineCount(code.text);
  const limit = PAGES[code.path] ?? (isTest(code.path) ? MAX_TEST_LINES : MAX_FILE_LINES);
  const faults: string[] = [];
  if (lines > limit) faults.push(`${code.path} has ${lines} lines; at most ${limit} are allowed.`);
  const opens = /^(#!.*\n)?(\/\/|\/\*)/.test(code.text);
  if (lines > LINES_WITHOUT_OPENING && !opens && !isTest(code.path)) {
    faults.push(
      `${code.path} has ${lines} lines and must open with a comment on what lives in it.`,
    );
  }
  return faults;
}

function functionFaults(code: Code): string[] {
  const faults: string[] = [];
  walk(code.tree, (node) => {
    const parameters = parametersOf(node);
    if (parameters === null) return;
    const start = lineAt(code, node.getStart(code.tree));
    const lines = lineAt(code, node.end) - start + 1;
    if (lines > MAX_FUNCTION_LINES && !groupsTests(code, node)) {
      faults.push(
        `${code.path}, line ${start}: a function of ${lines} lines; at most ${MAX_FUNCTION_LINES} are allowed.`,
      );
    }
    if (parameters > MAX_PARAMETERS) {
      faults.push(
        `${code.path}, line ${start}: a function of ${parameters} parameters; at most ${MAX_PARAMETERS} are allowed, then an object.`,
      );
    }
  });
  return faults;
}

function parametersOf(node: Node): number | null {
  const isFunction =
    isFunctionDeclaration(node) ||
    isFunctionExpression(node) ||
    isArrowFunction(node) ||
    isMethodDeclaration(node) ||
    isConstructorDeclaration(node) ||
    isGetAccessorDeclaration(node);
  return isFunction ? node.parameters.length : null;
}

/** The function given to `describe`, and that of a contract, holds tests, not steps. */
function groupsTests(code: Code, node: Node): boolean {
  const call = node.parent;
  if (code.path.endsWith(".contract.ts") && isFunctionDeclaration(node)) return true;
  return isCallExpression(call) && /^(describe|suite)$/.test(call.expression.getText());
}

function folderFaults(tree: SourceTree): string[] {
  const counts = new Map<string, number>();
  for (const code of tree.code) {
    if (!code.path.startsWith("src/") || isTest(code.path)) continue;
    const folder = code.path.slice(0, code.path.lastIndexOf("/"));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts]
    .filter(([, count]) => count > MAX_FILES_IN_FOLDER)
    .map(
      ([folder, count]) =>
        `${folder}/ holds ${count} files; from ${MAX_FILES_IN_FOLDER} on a part of it needs a name.`,
    );
}

function dependencyFaults(tree: SourceTree): string[] {
  const packageFile: { dependencies?: Record<string, string> } = JSON.parse(
    tree.read("package.json") || "{}",
  );
  const names = Object.keys(packageFile.dependencies ?? {}).filter(
    (n) => !n.startsWith("@dunlin/"),
  );
  const decisions = tree.files
    .filter((path) => path.startsWith("docs/decisions/"))
    .map((path) => tree.read(path))
    .join("\n");
  const faults = names
    .filter((name) => !decisions.includes(`\`${name}\``))
    .map((name) => `package.json: no line in docs/decisions/ says why \`${name}\` is used.`);
  if (names.length > MAX_DEPENDENCIES) {
    faults.push(
      `package.json: ${names.length} production packages; at most ${MAX_DEPENDENCIES} are allowed.`,
    );
  }
  return faults;
}
