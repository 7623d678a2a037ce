import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { type Config, SETTINGS } from "../config.ts";
import { type ConfigFault, type Environment, readConfig } from "./read-config.ts";

const folder = mkdtempSync(join(tmpdir(), "dunlin-config-"));
const file = join(folder, "workspace.json");
writeFileSync(file, "{}");
after(() => rmSync(folder, { recursive: true }));

function configOf(args: readonly string[], environment: Environment = {}): Config {
  const read = readConfig(args, environment);
  assert.ok(read.ok, JSON.stringify(read));
  return read.value;
}

function faultsOf(args: readonly string[], environment: Environment = {}): readonly ConfigFault[] {
  const read = readConfig(args, environment);
  assert.ok(!read.ok, `expected faults of ${args.join(" ")}`);
  return read.error;
}

test("without options and variables every setting has its documented default", () => {
  const { workers, ...config } = configOf([]);
  assert.ok(workers >= 1);
  assert.deepEqual(config, {
    collect: { host: "127.0.0.1", port: 8080 },
    manage: { host: "127.0.0.1", port: 8081 },
    data: "./data",
    store: { kind: "lmdb" },
    durability: "commit",
    domain: "dcs.localhost",
    region: 6,
    workspace: null,
    seed: null,
    adminToken: null,
    secret: null,
    clock: "system",
    geo: null,
    trustProxy: [],
    metricsOpen: false,
    manageRate: null,
    passwordDays: null,
    oidcIssuer: null,
    oidcClientId: null,
    oidcClientSecret: null,
    oidcBase: null,
    oidcClaim: "groups",
    oidcRoles: [],
    log: "info",
  });
});

describe("a setting", () => {
  test("is read after a space and after an equals sign", () => {
    assert.equal(configOf(["--region", "9"]).region, 9);
    assert.equal(configOf(["--region=9"]).region, 9);
    assert.equal(configOf(["--secret=a=b"]).secret, "a=b");
    assert.equal(configOf(["--secret", "--dashes"]).secret, "--dashes");
  });

  test("given twice has the last value", () => {
    assert.equal(configOf(["--region", "9", "--region=4", "--region", "7"]).region, 7);
    assert.equal(configOf(["--metrics-open", "--metrics-open=false"]).metricsOpen, false);
  });

  test("on the command line beats its variable, which beats the default", () => {
    assert.equal(configOf(["--region", "9"], { DUNLIN_REGION: "4" }).region, 9);
    assert.equal(configOf([], { DUNLIN_REGION: "4" }).region, 4);
    assert.equal(configOf([], { DUNLIN_REGION: "" }).region, 6);
  });

  test("that the command line overrides is not checked in the environment", () => {
    assert.equal(configOf(["--region", "9"], { DUNLIN_REGION: "nonsense" }).region, 9);
  });

  test("is called by its variable's name where the variable is wrong", () => {
    const [fault] = faultsOf([], { DUNLIN_REGION: "x" });
    assert.equal(fault?.where, "DUNLIN_REGION");
    assert.match(fault?.message ?? "", /whole number .* not "x"/);
  });
});

const GOOD: readonly [option: string, value: string, expected: unknown][] = [
  ["collect", "0.0.0.0:0", { host: "0.0.0.0", port: 0 }],
  ["collect", "[::1]:8080", { host: "::1", port: 8080 }],
  ["manage", "localhost:65535", { host: "localhost", port: 65535 }],
  ["data", "/var/lib/dunlin", "/var/lib/dunlin"],
  ["durability", "fsync", "fsync"],
  ["durability", "off", "off"],
  ["workers", "3", 3],
  ["domain", "DCS.Example.com", "dcs.example.com"],
  ["workspace", file, file],
  ["clock", "manual", "manual"],
  ["trust-proxy", "10.0.0.0/8, ::1", ["10.0.0.0/8", "::1"]],
  ["log", "debug", "debug"],
  ["admin-token", "t", "t"],
];

for (const [option, value, expected] of GOOD) {
  test(`--${option} takes ${value}`, () => {
    const name = option.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    assert.deepEqual(new Map(Object.entries(configOf([`--${option}`, value]))).get(name), expected);
  });
}

const BAD: readonly [option: string, value: string, code: string][] = [
  ["collect", "8080", "E_VALUE"],
  ["collect", "127.0.0.1:65536", "E_VALUE"],
  ["collect", "::1:8080", "E_VALUE"],
  ["collect", "[127.0.0.1]:8080", "E_VALUE"],
  ["manage", "127.0.0.1:8080", "E_VALUE"],
  ["data", "", "E_VALUE"],
  ["store", "postgres://x", "E_VALUE"],
  ["store", "redis://", "E_VALUE"],
  ["store", "redis://one:6379,two", "E_VALUE"],
  ["durability", "maybe", "E_VALUE"],
  ["workers", "0", "E_VALUE"],
  ["workers", "257", "E_VALUE"],
  ["workers", "1.5", "E_VALUE"],
  ["workers", "-1", "E_VALUE"],
  ["domain", "no spaces", "E_VALUE"],
  ["domain", "dcs.example.com:80", "E_VALUE"],
  ["region", "0", "E_VALUE"],
  ["region", "six", "E_VALUE"],
  ["workspace", "/nowhere/at-all.json", "E_FILE"],
  ["seed", folder, "E_FILE"],
  ["geo", "/nowhere/at-all.mmdb", "E_FILE"],
  ["admin-token", "with space", "E_VALUE"],
  ["secret", "", "E_VALUE"],
  ["clock", "broken", "E_VALUE"],
  ["trust-proxy", "10.0.0.0/33", "E_VALUE"],
  ["trust-proxy", "proxy.example.com", "E_VALUE"],
  ["metrics-open", "perhaps", "E_VALUE"],
  ["log", "loud", "E_VALUE"],
  ["unknown", "1", "E_UNKNOWN_KEY"],
];

for (const [option, value, code] of BAD) {
  test(`--${option}=${value} is refused with ${code}, once`, () => {
    const faults = faultsOf([`--${option}=${value}`]);
    assert.deepEqual(
      faults.map((fault) => [fault.where, fault.code]),
      [[`--${option}`, code]],
    );
    assert.match(faults[0]?.message ?? "", /\.$/);
  });
}

test("every fault is named, not the first only", () => {
  const faults = faultsOf(["--region", "x", "stray", "--workers=none", "--log"]);
  assert.deepEqual(faults.map(({ where }) => where).sort(), [
    "--log",
    "--region",
    "--workers",
    "stray",
  ]);
});

test("an option without its value does not swallow the next option", () => {
  const faults = faultsOf(["--region", "--workers", "2"]);
  assert.deepEqual(
    faults.map(({ where }) => where),
    ["--region"],
  );
});

test("a manual clock is refused in production", () => {
  const [fault] = faultsOf(["--clock", "manual"], { NODE_ENV: "production" });
  assert.equal(fault?.where, "--clock");
});

test("a secret that is wrong is not shown", () => {
  for (const option of ["--secret", "--admin-token"]) {
    const text = `private ${"x".repeat(2000)}`;
    assert.doesNotMatch(JSON.stringify(faultsOf([option, text])), /private/);
  }
});

test("each setting has an option and a variable of the same name", () => {
  for (const { option, environment } of Object.values(SETTINGS)) {
    assert.equal(environment, `DUNLIN_${option.slice(2).replaceAll("-", "_").toUpperCase()}`);
  }
});
