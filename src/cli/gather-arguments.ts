import type { ConfigFault } from "../config/read-config.ts";

/** The arguments of a command, sorted. */
export interface Gathered {
  /** By option, without the dashes. */
  readonly values: Map<string, string>;
  /** Flags that are set, without the dashes. */
  readonly flags: Set<string>;
  /** What is no option. */
  readonly operands: string[];
  readonly faults: ConfigFault[];
}

interface KnownOptions {
  readonly values: readonly string[];
  readonly flags: readonly string[];
}

/** Options with a value, as `--name value` or `--name=value`, and flags. Of an option given twice the last counts. */
export function gatherArguments(args: readonly string[], known: KnownOptions): Gathered {
  const gathered: Gathered = { values: new Map(), flags: new Set(), operands: [], faults: [] };
  const { values, flags, operands, faults } = gathered;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    if (!argument.startsWith("--")) {
      operands.push(argument);
      continue;
    }
    const [option = "", ...rest] = argument.slice(2).split("=");
    if (known.values.includes(option)) {
      // The next option is no value: that one was forgotten. Who means it writes `--name=--value`.
      const next = args[at + 1]?.startsWith("--") ? undefined : args[at + 1];
      if (rest.length === 0 && next !== undefined) at++;
      const value = rest.length > 0 ? rest.join("=") : next;
      if (value !== undefined && value !== "") values.set(option, value);
      else faults.push(fault(option, "E_VALUE", "Expected a value after it."));
    } else if (!known.flags.includes(option)) {
      faults.push(fault(option, "E_UNKNOWN_KEY", unknownOption(known)));
    } else if (rest.length > 0) faults.push(fault(option, "E_VALUE", "It takes no value."));
    else flags.add(option);
  }
  return gathered;
}

function unknownOption({ values, flags }: KnownOptions): string {
  const names = [...values, ...flags].map((name) => `--${name}`);
  return `Unknown option; expected ${names.length === 0 ? "none" : names.join(", ")}.`;
}

function fault(option: string, code: ConfigFault["code"], message: string): ConfigFault {
  return { where: `--${option}`, code, message };
}
