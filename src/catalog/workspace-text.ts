// Workspaces as text: files in JSON or YAML. What is wrong with the text itself is a fault like any
// other, with line and column in its message.

import type { Fault, Workspace } from "@dunlin/contract/workspace";
import { LineCounter, parseDocument, stringify } from "yaml";
import { err, ok, type Result } from "../model/result.ts";
import { findJsonFault } from "./json-fault.ts";
import { CATALOG_LIMITS } from "./limits.ts";
import { type ReadWorkspace, readWorkspace } from "./read-workspace.ts";

export type WorkspaceFormat = "json" | "yaml";

/** Reads a file's text. Never throws, whatever the text is. */
export function readWorkspaceFile(
  text: string,
  format: WorkspaceFormat,
  previous: Workspace | null = null,
): Result<ReadWorkspace, readonly Fault[]> {
  const parsed = parseWorkspaceText(text, format);
  return parsed.ok ? readWorkspace(parsed.value, previous) : parsed;
}

/** What the text says, unread. Never throws, whatever the text is. */
export function parseWorkspaceText(
  text: string,
  format: WorkspaceFormat,
): Result<unknown, readonly Fault[]> {
  const limit = CATALOG_LIMITS[format === "json" ? "jsonCharacters" : "yamlCharacters"];
  if (text.length > limit) {
    return err([textFault("E_LIMIT", `The text has more than ${limit} characters.`)]);
  }
  return format === "json" ? parseJson(text) : parseYaml(text);
}

/** A document as the text of a file, which `parseWorkspaceText` reads as the same document. */
export function printWorkspaceText(document: unknown, format: WorkspaceFormat): string {
  return format === "json" ? `${JSON.stringify(document, null, 2)}\n` : stringify(document);
}

const BYTE_ORDER_MARK = /^\uFEFF/;

function parseJson(text: string): Result<unknown, readonly Fault[]> {
  const json = text.replace(BYTE_ORDER_MARK, "");
  try {
    return ok(JSON.parse(json));
  } catch {
    const { offset, expected } = findJsonFault(json) ?? { offset: 0, expected: "JSON" };
    const lines = json.slice(0, offset).split("\n");
    const column = (lines.at(-1) ?? "").length + 1;
    return err([
      textFault("E_SYNTAX", `Line ${lines.length}, column ${column}: expected ${expected}.`),
    ]);
  }
}

const YAML_OPTIONS = {
  prettyErrors: false,
  merge: true,
  // Texts, numbers, lists and objects only: no binary values, no sets.
  resolveKnownTags: false,
  logLevel: "error",
} as const;

const TOO_MUCH = textFault("E_LIMIT", "The text has too many aliases or is nested too deeply.");

function parseYaml(text: string): Result<unknown, readonly Fault[]> {
  const lineCounter = new LineCounter();
  try {
    const document = parseDocument(text, { ...YAML_OPTIONS, lineCounter });
    if (document.errors.length === 0) {
      return ok(document.toJS({ maxAliasCount: CATALOG_LIMITS.yamlAliases }));
    }
    if (document.errors.some(({ message }) => isOverflow(message))) return err([TOO_MUCH]);
    return err(
      document.errors.slice(0, CATALOG_LIMITS.faults).map(({ code, message, pos }) => {
        const { line, col } = lineCounter.linePos(pos[0]);
        const sentence = code === "MULTIPLE_DOCS" ? "expected one document in the file" : message;
        return textFault("E_SYNTAX", `Line ${line}, column ${col}: ${sentence}.`);
      }),
    );
  } catch (error) {
    // What the library notices only while it builds values: aliases, and nesting without end.
    if (!(error instanceof ReferenceError || error instanceof RangeError)) throw error;
    if (error.message.startsWith("Unresolved alias")) {
      return err([textFault("E_SYNTAX", `${error.message}.`)]);
    }
    return err([TOO_MUCH]);
  }
}

/** The library turns an overflow of its stack into an error at each level. */
function isOverflow(message: string): boolean {
  return message.startsWith("Maximum call stack size exceeded");
}

/** A fault of the text belongs to the document as a whole. */
function textFault(code: string, message: string): Fault {
  return { at: "", code, message };
}
