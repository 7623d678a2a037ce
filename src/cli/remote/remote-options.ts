// The options of the commands that ask a running node: where it is, the token, and what each command needs.

import type { ConfigFault, Environment } from "../../config/read-config.ts";
import { err, ok, type Result } from "../../model/result.ts";
import { gatherArguments } from "../gather-arguments.ts";

/** A running node, as somebody who manages it reaches it. */
export interface NodeAddress {
  /** Of its management plane, without a slash at the end. */
  readonly url: string;
  readonly token: string;
}

export interface RemoteOptions {
  readonly node: NodeAddress;
  /** By option, without the dashes. */
  readonly values: ReadonlyMap<string, string>;
  /** Flags that are set, without the dashes. */
  readonly flags: ReadonlySet<string>;
  /** What is no option. */
  readonly operands: readonly string[];
}

/** What a command takes beside `--node` and `--token`. */
export interface RemoteSyntax {
  readonly values: readonly string[];
  readonly flags: readonly string[];
  /** What stands for the operand in messages; null for none. */
  readonly operand: string | null;
  /** One of them, where there is one at all, unless it is said otherwise. */
  readonly operandCount?: 2;
}

const COMMON = ["node", "token"];
const DEFAULT_NODE = "http://127.0.0.1:8081";

/** An option beats its environment variable: `DUNLIN_NODE`, `DUNLIN_TOKEN`. */
export function readRemoteOptions(
  args: readonly string[],
  environment: Environment,
  syntax: RemoteSyntax,
): Result<RemoteOptions, readonly ConfigFault[]> {
  const known = { values: [...COMMON, ...syntax.values], flags: syntax.flags };
  const gathered = gatherArguments(args, known);
  const faults = [...gathered.faults];
  const { values, flags, operands } = gathered;
  const wanted = syntax.operand === null ? 0 : (syntax.operandCount ?? 1);
  if (operands.length !== wanted) {
    const count = wanted === 2 ? `two ${syntax.operand}s` : `one ${syntax.operand}`;
    const message = wanted === 0 ? "Expected options only." : `Expected ${count}.`;
    faults.push({ where: operands[wanted] ?? syntax.operand ?? "", code: "E_VALUE", message });
  }
  const url = readUrl(values.get("node") ?? (environment["DUNLIN_NODE"] || DEFAULT_NODE));
  if (url === null) {
    const message = "Expected the management plane's URL, such as http://127.0.0.1:8081.";
    faults.push({ where: "--node", code: "E_VALUE", message });
  }
  const token = values.get("token") ?? environment["DUNLIN_TOKEN"] ?? "";
  if (!/^[\x21-\x7e]+$/.test(token)) {
    const message = "Expected a token of the node, here or in DUNLIN_TOKEN.";
    faults.push({ where: "--token", code: "E_VALUE", message });
  }
  if (url === null || faults.length > 0) return err(faults);
  return ok({ node: { url, token }, values, flags, operands });
}

function readUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  if (url.search !== "" || url.hash !== "" || url.username !== "") return null;
  return url.href.replace(/\/+$/, "");
}
