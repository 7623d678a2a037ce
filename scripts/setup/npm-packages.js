// @ts-check
// The packages of the lock file, exactly, and the pinned Node among them.
//
// What is installed is read from the lock file that npm itself leaves in node_modules: no stamp of
// our own can disagree with it.

import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { oneAtATime } from "./one-at-a-time.js";
import { SetupProblem } from "./setup-problem.js";

/**
 * @typedef {{ version?: string, integrity?: string, resolved?: string, link?: boolean,
 *   optional?: boolean, devOptional?: boolean, dependencies?: Record<string, string>,
 *   devDependencies?: Record<string, string> }} LockEntry
 * @typedef {{ packages?: Record<string, LockEntry> }} LockFile
 */

/**
 * Installs the packages unless exactly these are there.
 * @param {string} root
 */
export async function ensurePackages(root) {
  if (!isComplete(root)) {
    await oneAtATime(join(root, ".setup.lock"), async () => {
      // Another command may have installed them while this one waited.
      if (!isComplete(root)) await installPackages(root);
    });
  }
  checkPinnedNode(root);
}

/** @param {string} root */
function isComplete(root) {
  const installed = readJson(join(root, "node_modules", ".package-lock.json"));
  if (installed === null || !existsSync(pinnedNode(root))) return false;
  return holdsTheSame(readLockFile(root), installed);
}

/** @param {string} root */
function readLockFile(root) {
  const lock = readJson(join(root, "package-lock.json"));
  if (lock === null) {
    throw new SetupProblem(
      "package-lock.json is missing or is not JSON.",
      "Restore it: git checkout package-lock.json",
    );
  }
  const named = /** @type {LockEntry | null} */ (readJson(join(root, "package.json")));
  const locked = lock.packages?.[""];
  for (const kind of /** @type {const} */ (["dependencies", "devDependencies"])) {
    if (!isDeepStrictEqual(named?.[kind], locked?.[kind])) throw problemOfNpm("EUSAGE");
  }
  return lock;
}

/**
 * Whether what npm says it installed is what the lock file wants: the same versions and contents,
 * nothing more. Optional packages may be absent, since they depend on the platform.
 * @param {LockFile} wanted
 * @param {LockFile} installed
 */
export function holdsTheSame(wanted, installed) {
  const wantedPackages = wanted.packages ?? {};
  const installedPackages = installed.packages ?? {};
  for (const [path, entry] of Object.entries(wantedPackages)) {
    if (path === "") continue;
    const found = installedPackages[path];
    if (found === undefined) {
      if (entry.optional || entry.devOptional) continue;
      return false;
    }
    if (found.version !== entry.version || found.integrity !== entry.integrity) return false;
    if (Boolean(found.link) !== Boolean(entry.link)) return false;
  }
  return Object.keys(installedPackages).every((path) => path in wantedPackages);
}

/** @param {string} root */
async function installPackages(root) {
  console.error("Installing the packages of package-lock.json …");
  // Development packages hold the pinned Node and are wanted in production too.
  const { code, output } = await runNpm(root, [
    "ci",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  if (code !== 0) {
    console.error(output);
    throw problemOfNpm(output);
  }
  const installed = readJson(join(root, "node_modules", ".package-lock.json"));
  if (installed === null || !holdsTheSame(readLockFile(root), installed)) {
    throw new SetupProblem(
      "npm ended without an error, but node_modules does not hold what package-lock.json names.",
      "Delete node_modules and try again. Settings of npm that leave packages out (omit) cause this.",
    );
  }
}

/**
 * npm of the machine, on the Node of the machine: the pinned Node lies in the folder that npm is
 * about to delete.
 * @param {string} root
 * @param {readonly string[]} args
 * @returns {Promise<{ code: number, output: string }>}
 */
function runNpm(root, args) {
  const ours = join(root, "node_modules");
  const { npm_execpath: npmScript, npm_node_execpath: npmNode, PATH = "" } = process.env;
  const path = PATH.split(delimiter).filter((folder) => !folder.startsWith(ours));
  const [command, first] =
    npmScript?.endsWith("npm-cli.js") && npmNode !== undefined && !npmNode.startsWith(ours)
      ? [npmNode, [npmScript]]
      : [process.platform === "win32" ? "npm.cmd" : "npm", []];
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...args], {
      cwd: root,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ["ignore", "pipe", "pipe"],
      shell: process.platform === "win32",
    });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", () => {
      reject(
        new SetupProblem("The command npm cannot be started.", "Install npm; it comes with Node."),
      );
    });
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

/** What npm's error codes mean to somebody who only wanted to start a server. */
const NPM_PROBLEMS = /** @type {const} */ ([
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/,
    "The package registry cannot be reached.",
    "Check the network, and the proxy and registry in `npm config list`; then try again.",
  ],
  [
    /\bE40[13]\b/,
    "The package registry refuses this machine.",
    "Check the registry and its credentials in `npm config list`.",
  ],
  [
    /EUSAGE|in sync/,
    "package.json and package-lock.json do not agree.",
    "Whoever changed package.json must run `npm install --package-lock-only` and commit the lock file.",
  ],
  [
    /EINTEGRITY/,
    "A package from the registry is not the one that package-lock.json describes.",
    "Clear the cache with `npm cache clean --force` and try again; if it stays, do not trust that registry.",
  ],
  [
    /E404|ETARGET/,
    "The package registry lacks a version that is needed.",
    "See npm's output above.",
  ],
  [/ENOSPC/, "The disk is full.", "Make room and try again."],
  [
    /EACCES|EPERM/,
    "npm may not write where it must.",
    "Check who owns this folder, its node_modules and npm's cache.",
  ],
  [
    /lockfileVersion|Unsupported lock/i,
    "This npm is too old for the lock file.",
    "Update npm to version 9 or later: npm install --global npm",
  ],
]);

/** @param {string} output */
export function problemOfNpm(output) {
  for (const [pattern, what, remedy] of NPM_PROBLEMS) {
    if (pattern.test(output)) return new SetupProblem(what, remedy);
  }
  return new SetupProblem("npm could not install the packages.", "See npm's output above.");
}

/** @param {string} root */
function pinnedNode(root) {
  const file = process.platform === "win32" ? "node.exe" : "node";
  return join(root, "node_modules", "node", "bin", file);
}

/** @param {string} root */
function checkPinnedNode(root) {
  const wanted = /** @type {{ version?: string } | null} */ (
    readJson(join(root, "node_modules", "node", "package.json"))
  )?.version;
  // Under npm the pinned Node is first on the PATH and runs this very file.
  if (process.versions.node === wanted) return;
  const { stdout } = spawnSync(pinnedNode(root), ["--version"], { encoding: "utf8" });
  if (stdout?.trim() === `v${wanted}`) return;
  throw new SetupProblem(
    `The Node that Dunlin brings along (${wanted ?? "none"}) does not run here.`,
    "If npm is set to skip install scripts (ignore-scripts), allow this one: " +
      "npm rebuild node --ignore-scripts=false\n" +
      `Otherwise this platform (${process.platform} ${process.arch}) may have no such build.`,
  );
}

/**
 * @param {string} file
 * @returns {LockFile | null}
 */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return null;
  }
}
