// What a file imports: statically, dynamically, or as the file of a process or thread.

import { posix } from "node:path";
import {
  type Expression,
  isCallExpression,
  isExportDeclaration,
  isImportDeclaration,
  isNewExpression,
  isStringLiteral,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import { type Code, lineAt, walk } from "./source-tree.ts";

export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** Path of the project's own file that is meant, or null for a package or a built-in. */
  readonly file: string | null;
}

export function importsOf(code: Code): readonly Import[] {
  const found: Import[] = [];
  walk(code.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === null) return;
    const isOwn = specifier.startsWith(".");
    found.push({
      specifier,
      line: lineAt(code, node.getStart(code.tree)),
      file: isOwn ? posix.join(posix.dirname(code.path), specifier) : null,
    });
  });
  return found;
}

function specifierOf(node: Node): string | null {
  if (isImportDeclaration(node) || isExportDeclaration(node)) return literal(node.moduleSpecifier);
  if (isCallExpression(node) && node.expression.kind === SyntaxKind.ImportKeyword) {
    return literal(node.arguments[0]);
  }
  // new URL("./worker.ts", import.meta.url)
  if (isNewExpression(node) && node.arguments?.[1]?.getText() === "import.meta.url") {
    const file = literal(node.arguments[0]);
    return file !== null && /\.[jt]s$/.test(file) ? file : null;
  }
  return null;
}

function literal(expression: Expression | undefined): string | null {
  return expression !== undefined && isStringLiteral(expression) ? expression.text : null;
}

/** The package that a specifier names, or null where it names none. */
export function packageOf(specifier: string): string | null {
  if (specifier.startsWith(".") || specifier.startsWith("node:")) return null;
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? null);
}
