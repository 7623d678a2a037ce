import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { helpText } from "./choose-rows.ts";
import { ROWS } from "./row-table.ts";

const RUN = fileURLToPath(new URL("run.ts", import.meta.url));

test("the command ends with 0 after --help, and with 2 and the list after an unknown name", () => {
  const help = spawnSync(process.execPath, [RUN, "--help"], { encoding: "utf8" });
  assert.deepEqual([help.status, help.stdout, help.stderr], [0, `${helpText(ROWS)}\n`, ""]);
  const refused = spawnSync(process.execPath, [RUN, "record", "evnt"], { encoding: "utf8" });
  assert.deepEqual([refused.status, refused.stdout], [2, ""]);
  assert.match(refused.stderr, /^No row and no figure is called "evnt"\. Nothing was run\./);
  assert.ok(refused.stderr.includes(helpText(ROWS)));
});
