#!/usr/bin/env node
// Starts Dunlin. The server is TypeScript that Node strips by itself, which older ones cannot: under
// such a Node this file starts the server with the Node that the repository pins (the `node` package).
// Plain JavaScript, because it must run everywhere.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_MAJOR = 24;
const entry = fileURLToPath(new URL("../src/main.ts", import.meta.url));

if (entry.split(sep).includes("node_modules")) {
  // Node strips types of no file there, whatever its version.
  refuse(
    "Dunlin runs from its own folder, not from inside node_modules: Node takes no TypeScript there. " +
      "Clone the repository, or unpack the package beside a node_modules folder.",
  );
} else if (Number(process.versions.node.split(".")[0]) >= OLDEST_MAJOR) {
  process.argv[1] = entry;
  await import("../src/main.ts");
} else {
  startPinnedNode(findPinnedNode());
}

function findPinnedNode() {
  const binary = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = dirname(entry); ; folder = dirname(folder)) {
    const path = join(folder, "node_modules", "node", "bin", binary);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) return null;
  }
}

function startPinnedNode(node) {
  if (node === null) {
    refuse(
      `Node ${OLDEST_MAJOR} or later is needed; this is ${process.version}, and the pinned one is not installed. ` +
        "Run `npm install` in Dunlin's folder first.",
    );
  }
  // The channel tells the server when this process is gone, however it ended.
  const server = spawn(node, [entry, ...process.argv.slice(2)], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.kill(signal));
  server.on("error", ({ message }) => refuse(`The pinned Node could not be started: ${message}`));
  server.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function refuse(why) {
  process.stderr.write(`dunlin: ${why}\n`);
  process.exit(1);
}
