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

/** Options with a value, as `--name value` or `--name=value`, and flags. Of an option given twice the last counts. */
export function gatherArguments(
  args: readonly string[],
  known: { readonly values: readonly string[]; readonly flags: readonly string[] },
): Gathered {
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
      const value = rest.length > 0 ? rest.join("=") : args[++at];
      if (value !== undefined && value !== "") values.set(option, value);
      else faults.push(fault(option, "E_VALUE", "Expected a value after it."));
    } else if (known.flags.includes(option) && rest.length === 0) {
      flags.add(option);
    } else {
      const expected = [...known.values, ...known.flags].map((name) => `--${name}`).join(", ");
      faults.push(fault(option, "E_UNKNOWN_KEY", `Unknown option; expected ${expected}.`));
    }
  }
  return gathered;
}

function fault(option: string, code: ConfigFault["code"], message: string): ConfigFault {
  return { where: `--${option}`, code, message };
}
