// Sheets of models ("Audience model", Bulk headers).

import { err, ok, type Result } from "../../../model/result.ts";
import type { PlannedChange } from "../change-resources.ts";
import { MODEL_KEYS, RUN_KEYS } from "../models/model-keys.ts";
import { planModelCreation, planModelDeletion, planModelUpdate } from "../models/plan-models.ts";
import { findShownModel } from "../models/read-models.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import type { SheetChange, SheetKind, SheetRow } from "./sheet-kinds.ts";

const ID = "algoModelId";
const NO_RUNS = { runs: new Map(), running: null };

/** What runs found stands in no sheet. */
export function modelSheet(): SheetKind {
  return {
    ...{ noun: "model", keys: MODEL_KEYS, find },
    plan: (change, row, context) => {
      const planned = plan(change, row, context);
      if (!planned.ok) return planned;
      const { change: own, id } = planned.value;
      const show = (after: ResourceContext) => (id === null ? null : find({ [ID]: id }, after));
      return ok({ change: own, show });
    },
  };
}

function find(row: SheetRow, context: ResourceContext): Result<ApiObject, Refusal> {
  const given = idIn(row);
  if (given === null) return err(MISSING);
  const found = findShownModel(given, NO_RUNS, context);
  if (!found.ok) return found;
  const shown = Object.entries(found.value.shown).filter(([name]) => !RUN_KEYS.has(name));
  return ok(Object.fromEntries(shown));
}

interface Planned {
  readonly change: PlannedChange;
  /** Null where the model goes. */
  readonly id: number | null;
}

function plan(
  change: SheetChange,
  row: SheetRow,
  context: ResourceContext,
): Result<Planned, Refusal> {
  if (change === "create") return withId(planModelCreation(row, context));
  const given = idIn(row);
  if (given === null) return err(MISSING);
  if (change === "delete") {
    const gone = planModelDeletion({ given: [given], ifMatch: null }, context);
    return gone.ok ? ok({ change: gone.value, id: null }) : gone;
  }
  const known = find(row, context);
  if (!known.ok) return known;
  // What a sheet does not say stays as it is.
  const body = { ...known.value, ...row };
  return withId(planModelUpdate({ given, body, ifMatch: null }, context));
}

function withId(planned: ReturnType<typeof planModelCreation>): Result<Planned, Refusal> {
  return planned.ok ? ok({ change: planned.value, id: planned.value.modelId }) : planned;
}

function idIn(row: SheetRow): string | null {
  const value = row[ID];
  return value === undefined || value === null ? null : String(value);
}

const MESSAGE = `The row names no ${ID}.`;
const MISSING = refusal("bad-request", MESSAGE, [
  { at: `/${ID}`, code: "E_MISSING_KEY", message: MESSAGE },
]);
