// From the command line and the environment to a `Config`, or to every fault in them.

import { type Config, SETTINGS, type Setting } from "../config.ts";
import type { Result } from "../model/result.ts";
import { err, ok } from "../model/result.ts";
import { checkFiles } from "./check-files.ts";

/** One thing that is wrong with how the node was started. */
export interface ConfigFault {
  /** The option or the environment variable, or the file. */
  readonly where: string;
  readonly code: "E_UNKNOWN_KEY" | "E_VALUE" | "E_FILE" | "E_IMMUTABLE";
  /** Says what was expected. */
  readonly message: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** One value as somebody gave it: `where` is how they called it. */
interface Given {
  readonly where: string;
  readonly text: string;
}

export function readConfig(
  args: readonly string[],
  environment: Environment,
): Result<Config, readonly ConfigFault[]> {
  const faults: ConfigFault[] = [];
  const given = gatherArguments(args, faults);

  const read = <Name extends keyof Config>(name: Name): Config[Name] => {
    const setting: Setting<Config[Name]> = SETTINGS[name];
    const value = given.get(setting.option) ?? fromEnvironment(setting, environment);
    if (value === undefined) return setting.fallback;
    const result = setting.read(value.text);
    if (result.ok) return result.value;
    const shown = setting.isSecret ? "" : `, not ${JSON.stringify(value.text)}`;
    const message = `Expected ${result.error}${shown}.`;
    faults.push({ where: value.where, code: "E_VALUE", message });
    return setting.fallback;
  };

  const config: Config = {
    collect: read("collect"),
    manage: read("manage"),
    data: read("data"),
    store: read("store"),
    durability: read("durability"),
    workers: read("workers"),
    domain: read("domain"),
    region: read("region"),
    workspace: read("workspace"),
    seed: read("seed"),
    adminToken: read("adminToken"),
    secret: read("secret"),
    clock: read("clock"),
    geo: read("geo"),
    trustProxy: read("trustProxy"),
    metricsOpen: read("metricsOpen"),
    manageRate: read("manageRate"),
    passwordDays: read("passwordDays"),
    oidcIssuer: read("oidcIssuer"),
    oidcClientId: read("oidcClientId"),
    oidcClientSecret: read("oidcClientSecret"),
    oidcBase: read("oidcBase"),
    oidcClaim: read("oidcClaim"),
    oidcRoles: read("oidcRoles"),
    log: read("log"),
  };
  faults.push(...checkTogether(config, environment), ...checkFiles(config));
  return faults.length > 0 ? err(faults) : ok(config);
}

/** The last occurrence of each option; what is no option, or lacks its value, is a fault. */
function gatherArguments(args: readonly string[], faults: ConfigFault[]): Map<string, Given> {
  const settings = new Map<string, Setting<unknown>>(
    Object.values(SETTINGS).map((setting) => [setting.option, setting]),
  );
  const given = new Map<string, Given>();
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const equals = argument.indexOf("=");
    const option = equals < 0 ? argument : argument.slice(0, equals);
    const setting = settings.get(option);
    if (setting === undefined) {
      const message = "Unknown option; `dunlin serve --help` lists all.";
      faults.push({ where: option, code: "E_UNKNOWN_KEY", message });
      // An unknown option's value is not a second fault.
      if (option.startsWith("--") && equals < 0 && !args[index + 1]?.startsWith("--")) index++;
    } else if (equals >= 0) {
      given.set(option, { where: option, text: argument.slice(equals + 1) });
    } else if (setting.placeholder === null) {
      given.set(option, { where: option, text: "true" });
    } else if (index + 1 < args.length && !settings.has(args[index + 1] ?? "")) {
      given.set(option, { where: option, text: args[++index] ?? "" });
    } else {
      const message = `Expected a value: ${option} ${setting.placeholder}.`;
      faults.push({ where: option, code: "E_VALUE", message });
    }
  }
  return given;
}

/** An empty variable counts as none: that is how container files leave one out. */
function fromEnvironment(setting: Setting<unknown>, environment: Environment): Given | undefined {
  const text = environment[setting.environment];
  return text === undefined || text === "" ? undefined : { where: setting.environment, text };
}

function checkTogether(config: Config, environment: Environment): ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (config.clock === "manual" && environment["NODE_ENV"] === "production") {
    const message = "Expected system: a manual clock is refused with NODE_ENV=production.";
    faults.push({ where: SETTINGS.clock.option, code: "E_VALUE", message });
  }
  const { collect, manage } = config;
  if (collect.port !== 0 && collect.port === manage.port && collect.host === manage.host) {
    const message = "Expected another address than that of the collection plane.";
    faults.push({ where: SETTINGS.manage.option, code: "E_VALUE", message });
  }
  return [...faults, ...checkOidc(config)];
}

/** Logins by OpenID Connect need all of it: half of it would let nobody in, and nobody would know why. */
function checkOidc({ oidcIssuer, oidcClientId, oidcBase, oidcRoles }: Config): ConfigFault[] {
  const parts = [
    { option: SETTINGS.oidcIssuer.option, isGiven: oidcIssuer !== null },
    { option: SETTINGS.oidcClientId.option, isGiven: oidcClientId !== null },
    { option: SETTINGS.oidcBase.option, isGiven: oidcBase !== null },
    { option: SETTINGS.oidcRoles.option, isGiven: oidcRoles.length > 0 },
  ];
  if (!parts.some(({ isGiven }) => isGiven)) return [];
  const names = parts.map(({ option }) => option).join(", ");
  const message = `Expected it together with the others: ${names}.`;
  return parts
    .filter(({ isGiven }) => !isGiven)
    .map(({ option }) => ({ where: option, code: "E_VALUE", message }));
}
