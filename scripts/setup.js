// @ts-check
// Brings a checkout to the state that the other scripts need. Runs before each of them, so it says
// and does nothing when nothing is missing. Plain JavaScript without a package: it must run on
// whatever Node the machine has, before anything is installed.
//
//     node scripts/setup.js          packages from npm, the pinned Node
//     node scripts/setup.js --test   the programs that tests and benchmarks start as well

import { fileURLToPath } from "node:url";
import { ensurePackages } from "./setup/npm-packages.js";
import { SetupProblem } from "./setup/setup-problem.js";
import { ensurePrograms } from "./setup/system-programs.js";

const OLDEST_NODE_MAJOR = 20;

async function main() {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const major = Number(process.versions.node.split(".")[0]);
  if (major < OLDEST_NODE_MAJOR) {
    throw new SetupProblem(
      `Node ${process.versions.node} is too old to set Dunlin up: it takes Node ${OLDEST_NODE_MAJOR} or later.`,
      "Install a current Node from https://nodejs.org. Dunlin then runs on a Node of its own, which it installs here.",
    );
  }
  await ensurePackages(root);
  if (process.argv.includes("--test")) await ensurePrograms();
}

main().catch((error) => {
  if (error instanceof SetupProblem)
    console.error(`\nDunlin cannot be set up yet.\n${error.message}`);
  else console.error(error);
  process.exitCode = 1;
});
