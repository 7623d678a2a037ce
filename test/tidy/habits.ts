// Names of files, and things that must not land.

import {
  isCallExpression,
  isExportAssignment,
  isIdentifier,
  isPropertyAccessExpression,
  isPropertyAssignment,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Code, lineAt, type SourceTree, walk } from "./source-tree.ts";

/** A thing without a room has not been named yet. */
const NAMELESS = new Set([
  "utils",
  "util",
  "helpers",
  "common",
  "types",
  "interfaces",
  "services",
  "managers",
  "lib",
]);
const CODE_FOLDERS = /^(src|contract|test|bench|demo|scripts|bin)\//;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

export function nameFaults(tree: SourceTree): string[] {
  return tree.files
    .filter((path) => CODE_FOLDERS.test(path))
    .flatMap((path) => {
      const parts = path.split("/");
      const faults: string[] = [];
      const nameless = parts.slice(0, -1).find((part) => NAMELESS.has(part));
      if (nameless !== undefined)
        faults.push(`${path}: a folder may not be called ${nameless}/; name what lives in it.`);
      if (parts.some((part) => part !== "README.md" && !KEBAB_CASE.test(part)))
        faults.push(`${path} is not spelt in kebab-case.`);
      if (/^src\/(.*\/)?index\.ts$/.test(path))
        faults.push(`${path}: no barrels; import the file that says it.`);
      return faults;
    });
}

/** Spelt in two parts, so that this file does not hold what it looks for. */
const PROMISE = new RegExp(`\\b(${"TO"}DO|${"FIX"}ME|${"XX"}X)\\b(?! ?\\(#\\d+\\))`);

export function promiseFaults(tree: SourceTree): string[] {
  return tree.code.flatMap((code) =>
    code.text.split("\n").flatMap((line, index) => {
      const word = PROMISE.exec(line)?.[1];
      return word === undefined
        ? []
        : [`${code.path}, line ${index + 1}: a ${word} needs its issue, as in "${word} (#12)".`];
    }),
  );
}

const TESTERS = new Set(["test", "it", "describe", "suite", "t", "context"]);
const LEFT_OUT = new Set(["only", "skip", "todo"]);

/** Tests that are skipped, put off or run alone. */
export function leftOutTestFaults(tree: SourceTree): string[] {
  return collect(tree, (node) => {
    if (isPropertyAccessExpression(node) && isIdentifier(node.expression)) {
      const call = `${node.expression.text}.${node.name.text}`;
      if (TESTERS.has(node.expression.text) && LEFT_OUT.has(node.name.text))
        return `${call} may not land.`;
    }
    if (isPropertyAssignment(node) && LEFT_OUT.has(node.name.getText())) {
      const call = node.parent.parent;
      if (isCallExpression(call) && TESTERS.has(call.expression.getText())) {
        return `a test with "${node.name.getText()}" may not land.`;
      }
    }
    return null;
  });
}

export function defaultExportFaults(tree: SourceTree): string[] {
  return collect(tree, (node) =>
    isExportAssignment(node) || (node.kind === SyntaxKind.DefaultKeyword && isExported(node))
      ? "a default export has no name; export it by name."
      : null,
  );
}

/** The word `default` stands in `switch` as well. */
function isExported(node: Node): boolean {
  return node.parent.kind !== SyntaxKind.DefaultClause;
}

/** Folders of one person's machine; in two parts for the same reason as above. */
const MACHINE_PATH = new RegExp(
  `(^|[\\s"'\`(=:,])/(${["wo" + "rk", "ho" + "me", "ro" + "ot", "Us" + "ers"].join("|")})/[\\w.-]`,
);
const TEXT_FILE = /\.(ts|js|json|md|yaml|yml|html|css|lua|sh|conf)$|^\.ci\/run$/;

export function machinePathFaults(tree: SourceTree): string[] {
  return tree.files
    .filter((path) => TEXT_FILE.test(path))
    .flatMap((path) =>
      tree
        .read(path)
        .split("\n")
        .flatMap((line, index) =>
          MACHINE_PATH.test(line) ? [`${path}, line ${index + 1}: a path of one machine.`] : [],
        ),
    );
}

/** The lock file must lead every machine to the registry that it uses itself. */
export function lockFileFaults(tree: SourceTree): string[] {
  return tree
    .read("package-lock.json")
    .split("\n")
    .flatMap((line, index) =>
      /"resolved": *"https?:/.test(line)
        ? [`package-lock.json, line ${index + 1}: names the host of a registry.`]
        : [],
    );
}

function collect(tree: SourceTree, faultOf: (node: Node) => string | null): string[] {
  return tree.code.flatMap((code) => faultsIn(code, faultOf));
}

function faultsIn(code: Code, faultOf: (node: Node) => string | null): string[] {
  const faults: string[] = [];
  walk(code.tree, (node) => {
    const fault = faultOf(node);
    if (fault !== null)
      faults.push(`${code.path}, line ${lineAt(code, node.getStart(code.tree))}: ${fault}`);
  });
  return faults;
}
