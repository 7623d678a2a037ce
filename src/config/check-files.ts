// Files and folders that the node was told to use: whether they can be.

import { accessSync, constants, mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, SETTINGS } from "../config.ts";
import type { ConfigFault } from "./read-config.ts";

export function checkFiles(config: Config): ConfigFault[] {
  return [
    ...checkFile(SETTINGS.workspace.option, config.workspace),
    ...checkFile(SETTINGS.seed.option, config.seed),
    ...checkFile(SETTINGS.geo.option, config.geo),
  ];
}

/** Makes the folder where it does not exist, readable for its owner only. */
export function prepareFolder(path: string): ConfigFault | null {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const message = `Expected a folder that can be written, at ${resolve(path)}: ${reason(error)}.`;
    return { where: SETTINGS.data.option, code: "E_FILE", message };
  }
}

function checkFile(option: string, path: string | null): ConfigFault[] {
  if (path === null) return [];
  const fault = (why: string): ConfigFault[] => [
    {
      where: option,
      code: "E_FILE",
      message: `Expected a readable file at ${resolve(path)}: ${why}.`,
    },
  ];
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isDirectory() ? fault("it is a folder") : [];
  } catch (error) {
    return fault(reason(error));
  }
}

function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOENT") return "there is none";
  if (code === "EACCES" || code === "EPERM") return "no permission";
  if (code === "ENOTDIR" || code === "EEXIST") return "something else is in its place";
  return typeof code === "string" ? code : "it cannot be opened";
}
