// Rows of a sheet are carried out each by itself, and published together: a faulty row stops no other, and all
// that are not make one revision.

import type { Fault } from "@dunlin/contract/workspace";
import { err, ok, type Result } from "../../../model/result.ts";
import type { PlannedChange } from "../change-resources.ts";
import type { Asker, ChangeOutcome, DefinitionDesk } from "../definition-desk.ts";
import { type ApiObject, type Refusal, type ResourceContext, refusal } from "../resource-kind.ts";
import { Draft } from "./draft.ts";
import type { PlannedRow, SheetChange, SheetKind, SheetRow } from "./sheet-kinds.ts";

export type RowOutcome =
  /** The object as it is now; null where it is gone, or where the caller may not read it. */
  | { readonly kind: "done"; readonly shown: ApiObject | null }
  | Exclude<ChangeOutcome, { readonly kind: "changed" }>;

export interface SheetCall {
  readonly sheet: SheetKind;
  readonly change: SheetChange;
  readonly rows: readonly SheetRow[];
}

/** One outcome a row, in their order. */
export async function changeRows(
  desk: Pick<DefinitionDesk, "change">,
  asker: Asker,
  call: SheetCall,
): Promise<readonly RowOutcome[]> {
  const outcomes = new Map<number, RowOutcome>();
  let open = call.rows.map((_, place) => place);
  while (open.length > 0) {
    const round = await publishRound(desk, asker, { ...call, open });
    for (const [place, outcome] of round) outcomes.set(place, outcome);
    const left = open.filter((place) => !outcomes.has(place));
    if (left.length === open.length) {
      // Together they break something that is nobody's own fault: then each has to show for itself.
      for (const place of left) {
        const alone = await publishRound(desk, asker, { ...call, open: [place], isLast: true });
        for (const [each, outcome] of alone) outcomes.set(each, outcome);
      }
    }
    open = left.filter((place) => !outcomes.has(place));
  }
  return call.rows.map((_, place) => outcomes.get(place) ?? NOT_DONE);
}

const NOTHING = refusal("bad-request", "No row of the sheet can be carried out.");
const NOT_DONE: RowOutcome = { kind: "refused", refusal: NOTHING };

interface Round extends SheetCall {
  /** The places of the rows that have no outcome yet. */
  readonly open: readonly number[];
  /** Whoever is not carried out now never is. */
  readonly isLast?: true;
}

/**
 * Gives the outcomes that are certain. Where the document refuses some rows these are theirs; the others are to be
 * planned again without them.
 */
async function publishRound(
  desk: Pick<DefinitionDesk, "change">,
  asker: Asker,
  { sheet, change, rows, open, isLast }: Round,
): Promise<ReadonlyMap<number, RowOutcome>> {
  const refused = new Map<number, RowOutcome>();
  const planned = new Map<number, PlannedRow>();
  const blamed = new Map<number, RowOutcome>();
  const plan = (context: ResourceContext): Result<PlannedChange, Refusal> => {
    const draft = new Draft(context);
    for (const place of open) {
      const row = sheet.plan(change, rows[place] ?? {}, draft.context);
      if (row.ok) {
        draft.take(row.value.change);
        planned.set(place, row.value);
      } else refused.set(place, { kind: "refused", refusal: row.error });
    }
    if (planned.size === 0) return err(NOTHING);
    const explain = (faults: readonly Fault[]): Refusal => {
      for (const [place, { change: own }] of planned) {
        const faultsOfRow = faults.filter((fault) => isAmong(fault, own.places ?? []));
        if (faultsOfRow.length === 0) continue;
        blamed.set(place, { kind: "refused", refusal: own.explain(faultsOfRow) });
      }
      const [only] = planned.values();
      return only === undefined ? NOTHING : only.change.explain(faults);
    };
    return ok({ ...draft.changes(), target: null, explain });
  };
  const outcome = await desk.change(asker, plan);
  if (planned.size === 0) return refused;
  if (outcome.kind === "refused" && blamed.size > 0) return blamed;
  if (outcome.kind === "refused" && !isLast) return new Map();
  const done = planned.entries().map(([place, row]): [number, RowOutcome] => {
    if (outcome.kind !== "changed") return [place, outcome];
    const shown = row.show(outcome.context);
    return [place, { kind: "done", shown: shown?.ok ? shown.value : null }];
  });
  return new Map([...refused, ...done]);
}

function isAmong({ at }: Fault, places: readonly string[]): boolean {
  return places.some((place) => at === place || at.startsWith(`${place}/`));
}
