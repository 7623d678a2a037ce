import assert from "node:assert/strict";
import { it } from "node:test";
import { INSTALLATION_ADMINISTRATOR } from "../../../access/caller.ts";
import { aDocument } from "../../../catalog/builders.ts";
import { printWorkspace } from "../../../catalog/print-workspace.ts";
import { readWorkspace } from "../../../catalog/read-workspace.ts";
import { DefinitionsView } from "../definitions-view.ts";
import type { ResourceContext } from "../resource-kind.ts";
import { exportConflicts } from "./export-controls.ts";

const read = readWorkspace(aDocument());
assert.ok(read.ok);
const VIEW = DefinitionsView.parse(1, JSON.stringify(printWorkspace(read.value.workspace)));

/** What is kept of the objects that these controls sit on. */
function contextWith(controls: Readonly<Record<string, readonly string[]>>): ResourceContext {
  const record = { createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 };
  return {
    ...{ view: VIEW, pid: 1957, caller: INSTALLATION_ADMINISTRATOR, now: 0, domain: "x" },
    models: new Map(),
    recordOf: (list, id) => {
      const dataExportRestrictions = controls[`${list}/${id}`];
      return dataExportRestrictions === undefined
        ? record
        : { ...record, kept: { dataExportRestrictions } };
    },
    newId: () => 1,
  };
}

function blocked(sid: number, control: string, labels = ["PII"]): boolean {
  const told = VIEW.find("segments", sid) ?? sid;
  return exportConflicts({ labels, told }, contextWith({ [control]: ["PII"] })).length > 0;
}

it("controls of the data sources of a segment's traits block it, in folders too", () => {
  // 9001 is "5001T AND NOT 5003T" by merge rule 10; 9002 a frequency of folder trait 600, by the default rule 11.
  assert.equal(blocked(9001, "dataSources/1002"), true);
  assert.equal(blocked(9001, "dataSources/1001"), true);
  assert.equal(blocked(9001, "dataSources/1004"), false);
  assert.equal(blocked(9002, "dataSources/1002"), true);
  assert.equal(blocked(5004, "dataSources/1004"), true);
  assert.equal(blocked(5004, "dataSources/1002"), false);
});

it("controls of its merge rule block it, and those of the data sources that the rule reads", () => {
  assert.equal(blocked(9001, "mergeRules/10"), true);
  assert.equal(blocked(9001, "mergeRules/11"), false);
  assert.equal(blocked(9002, "mergeRules/11"), true);
  assert.equal(blocked(9002, "dataSources/1001"), true);
  assert.equal(blocked(9002, "dataSources/1003"), true);
});

it("a control alone restricts nothing, nor does a label", () => {
  assert.equal(blocked(9001, "dataSources/1002", []), false);
  assert.equal(blocked(9001, "dataSources/1002", ["ON_SITE_ADS"]), false);
  const told = VIEW.find("segments", 9001) ?? 0;
  assert.deepEqual(exportConflicts({ labels: ["PII"], told }, contextWith({})), []);
});
