// A workspace as a file, JSON or YAML, as JSON text.

import { readFileSync } from "node:fs";
import { extname } from "node:path";
import type { Fault } from "@dunlin/contract/workspace";
import { parseDocument } from "yaml";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";

/** How often YAML aliases may repeat a part: enough for people, too little for a bomb. */
const MAX_ALIASES = 1000;

export function readWorkspaceFile(path: string): Result<string, readonly Fault[]> {
  const text = readFileSync(path, "utf8");
  return [".yaml", ".yml"].includes(extname(path).toLowerCase()) ? yamlToJson(text) : ok(text);
}

function yamlToJson(text: string): Result<string, readonly Fault[]> {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true });
  const faults = document.errors.map(({ pos, code }): Fault => {
    const before = text.slice(0, pos[0]).split("\n");
    const column = (before.at(-1)?.length ?? 0) + 1;
    return {
      at: "",
      code: "E_VALUE",
      message: `Line ${before.length}: not YAML (${code}).`,
      column,
    };
  });
  if (faults.length > 0) return err(faults);
  try {
    return ok(JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES })) ?? "null");
  } catch {
    return err([{ at: "", code: "E_LIMIT", message: `Expected at most ${MAX_ALIASES} aliases.` }]);
  }
}
