// The house's rules that a machine can hold. What each says lies in test/tidy/; that each can fail is shown
// by test/tidy/planted.test.ts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { deadFileFaults } from "./tidy/dead-files.ts";
import {
  defaultExportFaults,
  leftOutTestFaults,
  lockFileFaults,
  machinePathFaults,
  nameFaults,
  promiseFaults,
} from "./tidy/habits.ts";
import { purityFaults } from "./tidy/purity.ts";
import { roomFaults } from "./tidy/rooms.ts";
import { sizeFaults } from "./tidy/sizes.ts";
import { readSourceTree, type SourceTree } from "./tidy/source-tree.ts";

const tree = readSourceTree(fileURLToPath(new URL("..", import.meta.url)));

const RULES: Readonly<Record<string, (tree: SourceTree) => string[]>> = {
  "imports go one way, by front doors, and each package has one home": roomFaults,
  "pure rooms know no clock, no chance and no machine": purityFaults,
  "files, functions, folders and dependencies stay below their ceilings": sizeFaults,
  "folders and files have names": nameFaults,
  "what is put off names its issue": promiseFaults,
  "no test is skipped, put off or run alone": leftOutTestFaults,
  "nothing is exported without a name": defaultExportFaults,
  "no path of one machine is in the tree": machinePathFaults,
  "the lock file names no host": lockFileFaults,
  "every file is imported by somebody or is an entry": deadFileFaults,
};

test("the tree holds the server", () => {
  // A tree that was read wrongly would break no rule.
  for (const path of ["src/model/ids.ts", "scripts/setup.js", "test/tidy.test.ts"]) {
    assert.ok(
      tree.code.some((code) => code.path === path),
      path,
    );
  }
});

for (const [rule, faultsOf] of Object.entries(RULES)) {
  test(rule, () => {
    const faults = faultsOf(tree);
    assert.equal(faults.length, 0, `\n${faults.join("\n")}`);
  });
}
