import assert from "node:assert/strict";
import { it } from "node:test";
import { type Caller, INSTALLATION_ADMINISTRATOR, type Right } from "../../../access/caller.ts";
import { aDocument } from "../../../catalog/builders.ts";
import { printWorkspace } from "../../../catalog/print-workspace.ts";
import { readWorkspace } from "../../../catalog/read-workspace.ts";
import { planCreation, planDeletion } from "../change-resources.ts";
import { DefinitionsView } from "../definitions-view.ts";
import type { ResourceContext } from "../resource-kind.ts";
import { DESTINATIONS } from "./destinations.ts";

it("to make a destination takes a right over none, to change one a right over it", () => {
  const read = readWorkspace(aDocument());
  assert.ok(read.ok);
  const document = JSON.stringify(printWorkspace(read.value.workspace));
  const asked: Right[] = [];
  const caller: Caller = {
    ...INSTALLATION_ADMINISTRATOR,
    rights: {
      ...INSTALLATION_ADMINISTRATOR.rights,
      allows: (_, right) => {
        asked.push(right);
        return true;
      },
    },
  };
  const context: ResourceContext = {
    ...{ view: DefinitionsView.parse(1, document), pid: 1957, caller, now: 0, domain: "x" },
    models: new Map(),
    recordOf: () => ({ createTime: null, updateTime: 0, crUID: 0, upUID: 0, version: 1 }),
    newId: () => 4711,
  };
  const objectType = "DESTINATION";
  planCreation(DESTINATIONS, { name: "New", destinationType: "PUSH" }, context);
  assert.deepEqual(asked.splice(0), [{ objectType, permission: "CREATE", scope: null }]);
  const [{ destinationId = 0 } = {}] = context.view.workspace.destinations;
  planDeletion(DESTINATIONS, { given: [String(destinationId)], ifMatch: null }, context);
  assert.deepEqual(asked, [{ objectType, permission: "DELETE", scope: destinationId }]);
});
