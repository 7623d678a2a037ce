// The options of `backup` and `restore`: the data folder, and where the backup is.

import type { ConfigFault, Environment } from "../config/read-config.ts";
import { SETTINGS } from "../config.ts";
import { err, ok, type Result } from "../model/result.ts";

export interface BackupOptions {
  readonly data: string;
  /** The value of `--to` or `--from`. */
  readonly backup: string;
}

/** `backupOption` is what the backup's folder is called by. */
export function readBackupOptions(
  args: readonly string[],
  environment: Environment,
  backupOption: "--to" | "--from",
): Result<BackupOptions, readonly ConfigFault[]> {
  const { data } = SETTINGS;
  const given = new Map<string, string>();
  const faults: ConfigFault[] = [];
  for (let at = 0; at < args.length; at++) {
    const argument = args[at] ?? "";
    const [option = "", ...rest] = argument.split("=");
    if (option !== data.option && option !== backupOption) {
      const message = `Unknown option; expected ${data.option} and ${backupOption}.`;
      faults.push({ where: option, code: "E_UNKNOWN_KEY", message });
      continue;
    }
    const value = rest.length > 0 ? rest.join("=") : (args[++at] ?? "");
    const path = data.read(value);
    if (!path.ok || value.startsWith("--")) {
      faults.push({ where: option, code: "E_VALUE", message: `Expected a path: ${option} DIR.` });
    } else given.set(option, path.value);
  }
  const backup = given.get(backupOption);
  if (backup === undefined && faults.length === 0) {
    const message = `Expected the folder of the backup: ${backupOption} DIR.`;
    faults.push({ where: backupOption, code: "E_VALUE", message });
  }
  if (backup === undefined || faults.length > 0) return err(faults);
  const fallback = environment[data.environment] || data.fallback;
  return ok({ data: given.get(data.option) ?? fallback, backup });
}
