// @ts-check
// Programs that do not come from npm: the suite and the benchmarks start real servers and a real
// browser. On Debian as root the missing ones are installed; elsewhere they are named.

import { spawn } from "node:child_process";
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { oneAtATime } from "./one-at-a-time.js";
import { SetupProblem } from "./setup-problem.js";

/**
 * Of a package with `only`, that one file is taken out: the rest would be a service that nobody here wants.
 * @typedef {{ package: string, commands: readonly string[], neededBy: string, only?: string }} Program
 */

/** @type {readonly Program[]} */
const PROGRAMS = [
  { package: "redis-server", commands: ["redis-server"], neededBy: "tests of the Redis store" },
  {
    package: "chromium",
    commands: ["chromium", "chromium-browser", "google-chrome"],
    neededBy: "journeys through the demo site in a browser",
  },
  { package: "curl", commands: ["curl"], neededBy: "the documents' own examples" },
  { package: "openssl", commands: ["openssl"], neededBy: "certificates of the browser journeys" },
  { package: "wrk", commands: ["wrk"], neededBy: "benchmarks, as the client" },
  { package: "nginx", commands: ["nginx"], neededBy: "benchmarks and tests behind a proxy" },
  {
    package: "prometheus",
    commands: ["promtool"],
    neededBy: "tests of the alert rules (promtool alone)",
    only: "usr/bin/promtool",
  },
];

export async function ensurePrograms() {
  if (missingPrograms().length === 0) return;
  if (!mayInstall()) throw problemOf(missingPrograms());
  await oneAtATime(join(tmpdir(), "dunlin-setup-apt.lock"), async () => {
    const missing = missingPrograms();
    if (missing.length > 0) await install(missing);
  });
  const stillMissing = missingPrograms();
  if (stillMissing.length > 0) throw problemOf(stillMissing);
}

function missingPrograms() {
  return PROGRAMS.filter((program) => !program.commands.some(isOnPath));
}

/** @param {string} command */
function isOnPath(command) {
  // Servers live in sbin, which is not on everybody's PATH.
  const always = ["/usr/sbin", "/usr/local/sbin", OWN_PROGRAMS];
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...always];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function mayInstall() {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && isOnPath("apt-get");
}

/** @param {readonly Program[]} missing */
function problemOf(missing) {
  const lines = missing.map((program) => `  ${program.package}: ${program.neededBy}`);
  const names = missing.map((program) => program.package).join(" ");
  return new SetupProblem(
    `These programs are missing:\n${lines.join("\n")}`,
    `On Debian or Ubuntu: sudo apt-get install --no-install-recommends ${names}\n` +
      "Elsewhere install what your system calls them. `npm start` needs none of them.",
  );
}

/** @param {readonly Program[]} missing */
async function install(missing) {
  const names = missing.map((program) => program.package);
  console.error(`Installing ${names.join(", ")} for the tests …`);
  const restore = forbidStartingServices();
  try {
    const first = await installOnce(missing);
    if (first.code === 0) return;
    // Most likely the lists of packages are old or, in a container, not there at all.
    const update = await aptGet(["update"]);
    const second = await installOnce(missing);
    if (second.code === 0) return;
    console.error(update.code === 0 ? second.output : `${update.output}\n${second.output}`);
  } finally {
    restore();
  }
}

/**
 * @typedef {{ code: number, output: string }} Outcome
 */

/**
 * @param {readonly Program[]} missing
 * @returns {Promise<Outcome>} of the first step that failed, or of the last one
 */
async function installOnce(missing) {
  const whole = missing.filter(({ only }) => only === undefined).map((program) => program.package);
  let outcome = { code: 0, output: "" };
  if (whole.length > 0) {
    outcome = await aptGet(["install", "--yes", "--no-install-recommends", ...whole]);
  }
  for (const { package: name, only } of missing) {
    if (outcome.code === 0 && only !== undefined) outcome = await takeOut(name, only);
  }
  return outcome;
}

/** Where an administrator's own programs are. */
const OWN_PROGRAMS = "/usr/local/bin";

/**
 * Fetches a package without installing it, and keeps one file of it.
 * @param {string} name
 * @param {string} file
 * @returns {Promise<Outcome>}
 */
async function takeOut(name, file) {
  const folder = mkdtempSync(join(tmpdir(), "dunlin-setup-"));
  try {
    const fetched = await aptGet(["-o", "APT::Sandbox::User=root", "download", name], folder);
    if (fetched.code !== 0) return fetched;
    const archive = readdirSync(folder).find((entry) => entry.endsWith(".deb")) ?? "";
    const unpacked = await run("dpkg-deb", ["--extract", archive, "content"], { cwd: folder });
    if (unpacked.code !== 0) return unpacked;
    copyFileSync(join(folder, "content", file), join(OWN_PROGRAMS, basename(file)));
    return unpacked;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
function aptGet(args, cwd = "/") {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  return run("apt-get", ["-qq", "-o", "DPkg::Lock::Timeout=300", ...args], { cwd, env });
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} options
 * @returns {Promise<Outcome>}
 */
function run(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const SERVICE_POLICY = "/usr/sbin/policy-rc.d";

/**
 * Debian starts a server when it installs one. Tests start their own, on ports of their own.
 * Gives back the function that lifts the ban; an administrator's own policy is left alone.
 */
function forbidStartingServices() {
  try {
    writeFileSync(SERVICE_POLICY, "#!/bin/sh\nexit 101\n", { mode: 0o755, flag: "wx" });
  } catch {
    return () => {};
  }
  const lift = () => rmSync(SERVICE_POLICY, { force: true });
  process.once("exit", lift);
  return () => {
    process.removeListener("exit", lift);
    lift();
  };
}
