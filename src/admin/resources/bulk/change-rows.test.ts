// Rows over a desk that publishes as a node does, but for nodes: edits become a document, which is read and takes
// the place of the one before.

import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { INSTALLATION_ADMINISTRATOR } from "../../../access/caller.ts";
import { aDocument } from "../../../catalog/builders.ts";
import { applyEdits } from "../../../catalog/edits.ts";
import { printWorkspace } from "../../../catalog/print-workspace.ts";
import { readWorkspace } from "../../../catalog/read-workspace.ts";
import type { Result } from "../../../model/result.ts";
import type { PlannedChange } from "../change-resources.ts";
import type { ChangeOutcome, DefinitionDesk } from "../definition-desk.ts";
import { DefinitionsView } from "../definitions-view.ts";
import type { Refusal, ResourceContext } from "../resource-kind.ts";
import { changeRows } from "./change-rows.ts";
import { SHEET_KINDS, type SheetChange, type SheetRow } from "./sheet-kinds.ts";

class Desk implements Pick<DefinitionDesk, "change"> {
  view = viewOf(aDocument());
  publications = 0;
  isBusy = false;
  #lastId = 20_000;

  async change(
    _asker: unknown,
    plan: (context: ResourceContext) => Result<PlannedChange, Refusal>,
  ): Promise<ChangeOutcome> {
    const planned = plan(this.#context());
    if (!planned.ok) return { kind: "refused", refusal: planned.error };
    if (this.isBusy) return { kind: "busy" };
    const { edits, explain } = planned.value;
    const document = JSON.parse(JSON.stringify(this.view.workspace));
    const read = readWorkspace(applyEdits(document, edits));
    if (!read.ok) return { kind: "refused", refusal: explain(read.error) };
    this.publications++;
    this.view = viewOf(read.value.workspace);
    return { kind: "changed", context: this.#context(), target: null };
  }

  #context(): ResourceContext {
    const record = { createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 };
    return {
      ...{ view: this.view, pid: 1957, caller: INSTALLATION_ADMINISTRATOR, now: 0, domain: "x" },
      models: new Map(),
      recordOf: () => record,
      newId: () => ++this.#lastId,
    };
  }
}

function viewOf(document: unknown): DefinitionsView {
  const read = readWorkspace(document);
  assert.ok(read.ok, read.ok ? "" : JSON.stringify(read.error));
  return DefinitionsView.parse(1, JSON.stringify(printWorkspace(read.value.workspace)));
}

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

/** What became of each row: the name or ID of what is there now, or why not. */
async function change(
  kind: keyof typeof SHEET_KINDS,
  what: SheetChange,
  rows: readonly SheetRow[],
): Promise<readonly string[]> {
  const asker = { caller: INSTALLATION_ADMINISTRATOR, pid: 1957 };
  const call = { sheet: SHEET_KINDS[kind], change: what, rows };
  const outcomes = await changeRows(desk, asker, call);
  return outcomes.map((outcome) => {
    if (outcome.kind === "done") return String(outcome.shown?.["name"] ?? "gone");
    if (outcome.kind !== "refused") return outcome.kind;
    const places = (outcome.refusal.faults ?? []).map(({ at }) => at);
    return [outcome.refusal.kind, ...places].join(" ");
  });
}

const trait = (name: string, traitRule: string | null = "a == 1") => ({
  ...{ name, dataSourceId: 1002, traitRule },
});

describe("rows of a sheet", () => {
  it("make one publication, of all but the faulty ones", async () => {
    const rows = [trait("One"), trait("Bad", "a = 1"), { name: "Homeless" }, trait("Two")];
    assert.deepEqual(await change("traits", "create", [...rows, trait("Lost", "b ==")]), [
      "One",
      "rule-invalid /traitRule",
      "bad-request /dataSourceId",
      "Two",
      "rule-invalid /traitRule",
    ]);
    assert.equal(desk.publications, 1);
  });

  it("see what the rows before them do", async () => {
    const folder = (name: string) => ({ name });
    const rows = [folder("New"), folder("new"), folder("Other")];
    assert.deepEqual(await change("folders", "create", rows), ["New", "conflict /name", "Other"]);
    const updates = [
      { sid: 5001, name: "First name" },
      { sid: 5001, name: "Second name", ttl: 3 },
      { sid: 5001, comments: "kept" },
    ];
    assert.deepEqual(await change("traits", "update", updates), [
      "Second name",
      "Second name",
      "Second name",
    ]);
    const { name, ttl, comments, traitRule } = desk.view.find("traits", 5001) ?? {};
    assert.deepEqual(
      [name, ttl, comments, traitRule],
      ["Second name", 3, "kept", 'color == "blue"'],
    );
    assert.equal(desk.publications, 2);
  });

  it("of one destination make mappings one after the other", async () => {
    const made = await change("destinations", "create", [
      { name: "Sheet", destinationType: "ADS", cookieName: "s", singleKey: "k" },
    ]);
    assert.deepEqual(made, ["Sheet"]);
    const { destinationId = 0 } =
      desk.view.workspace.destinations.find(({ name }) => name === "Sheet") ?? {};
    const rows = [
      { destinationId, sid: 9001, valueAlias: "1" },
      { destinationId, sid: 9001, valueAlias: "again" },
      { destinationId, sid: 9002 },
      { destinationId, sid: 9002, valueAlias: "2" },
      { destinationId: 4711, sid: 9002, valueAlias: "2" },
    ];
    const outcomes = await change("mappings", "create", rows);
    assert.deepEqual(outcomes, [
      "gone",
      "conflict /sid",
      "bad-request /valueAlias",
      "gone",
      "not-found",
    ]);
    const { mappings = [] } = desk.view.find("destinations", destinationId) ?? {};
    assert.deepEqual(
      mappings.map(({ sid, priority, valueAlias }) => [sid, priority, valueAlias]),
      [
        [9001, 1, "1"],
        [9002, 2, "2"],
      ],
    );
  });

  it("may delete what a row before them let go", async () => {
    await change("folders", "create", [{ name: "Outer" }]);
    const idOf = (wanted: string) =>
      desk.view.workspace.folders.find(({ name }) => name === wanted)?.folderId;
    const outer = idOf("Outer");
    await change("folders", "create", [{ name: "Inner", parentFolderId: outer }]);
    const inner = idOf("Inner");
    assert.deepEqual(await change("folders", "delete", [{ folderId: outer }]), [
      `conflict /${outer}`,
    ]);
    const both = [{ folderId: inner }, { folderId: outer }, { folderId: outer }];
    assert.deepEqual(await change("folders", "delete", both), ["gone", "gone", "not-found"]);
  });

  it("that break others are found by trying each alone", async () => {
    let parentFolderId = 0;
    for (const name of ["L1", "L2", "L3", "S1", "S2", "S3"]) {
      if (name === "S1") parentFolderId = 0;
      await change("folders", "create", [{ name, parentFolderId }]);
      const made = desk.view.workspace.folders.find((folder) => folder.name === name);
      parentFolderId = made?.folderId ?? 0;
    }
    const idOf = (wanted: string) =>
      desk.view.workspace.folders.find(({ name }) => name === wanted)?.folderId;
    desk.publications = 0;
    // Below the third level there is no room for three more: what is wrong then is the last of them.
    const rows = [
      { folderId: idOf("S1"), parentFolderId: idOf("L3") },
      { folderId: idOf("L1"), name: "Renamed" },
    ];
    const [moved = "", renamed] = await change("folders", "update", rows);
    assert.match(moved, /^conflict \/folders\/\d+/);
    assert.equal(renamed, "Renamed");
    assert.equal(desk.publications, 1);
  });

  it("are all as they were where nothing could be published", async () => {
    desk.isBusy = true;
    const rows = [trait("One"), { name: "Homeless" }];
    assert.deepEqual(await change("traits", "create", rows), ["busy", "bad-request /dataSourceId"]);
    assert.equal(desk.publications, 0);
  });
});
