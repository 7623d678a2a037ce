// Pure rooms know no clock, no chance and no machine: what they need comes in as an argument.

import {
  isCallExpression,
  isIdentifier,
  isNewExpression,
  isPropertyAccessExpression,
  type Node,
} from "typescript/unstable/ast";
import { type Code, isTest, lineAt, type SourceTree, walk } from "./source-tree.ts";

const PURE_ROOMS = ["model", "rules", "event", "delivery", "lint"];

/** Names that reach outside, when something is asked of them. */
const OUTSIDE = new Set([
  "process",
  "performance",
  "crypto",
  "fetch",
  "globalThis",
  "console",
  "setTimeout",
  "setInterval",
  "setImmediate",
  "queueMicrotask",
]);

/** The only file of the server that asks the machine for the time. */
const CLOCK = "src/ops/clock.ts";

export function purityFaults(tree: SourceTree): string[] {
  return (
    tree.code
      .filter((code) => code.path.startsWith("src/") && !isTest(code.path))
      // Runs in browsers, which have no clock to hand out.
      .filter((code) => !code.path.endsWith(".client.js"))
      .flatMap((code) => {
        const isPure = PURE_ROOMS.some((room) => code.path.startsWith(`src/${room}/`));
        return impureUses(code, isPure);
      })
  );
}

function impureUses(code: Code, isPure: boolean): string[] {
  const faults: string[] = [];
  walk(code.tree, (node) => {
    const from = code.path.replace(/^src\//, "");
    const place = `(line ${lineAt(code, node.getStart(code.tree))})`;
    if (asksTheTime(node) && code.path !== CLOCK) {
      faults.push(
        `${from} may not ask the machine for the time: take a clock or a number ${place}.`,
      );
    }
    const used = isPure ? outsideName(node) : null;
    if (used !== null) faults.push(`${from} is pure and may not use ${used} ${place}.`);
  });
  return faults;
}

/** `Date.now()`, and `new Date()` or `Date()` of nothing. */
function asksTheTime(node: Node): boolean {
  if (isPropertyAccessExpression(node)) return node.getText() === "Date.now";
  if (isNewExpression(node) || isCallExpression(node)) {
    return node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0;
  }
  return false;
}

function outsideName(node: Node): string | null {
  if (isPropertyAccessExpression(node)) {
    if (node.getText() === "Math.random") return "Math.random";
    return nameOutside(node.expression);
  }
  if (isCallExpression(node) || isNewExpression(node)) return nameOutside(node.expression);
  return null;
}

function nameOutside(node: Node): string | null {
  return isIdentifier(node) && OUTSIDE.has(node.text) ? node.text : null;
}
