// Names and codes that only one object may have.

import type { ListName } from "../../catalog/document-keys.ts";
import type { DefinitionsView } from "./definitions-view.ts";
import { idOf } from "./object-keys.ts";
import { type Refusal, type ResourceContext, refusal } from "./resource-kind.ts";

type Item = Readonly<Record<string, unknown>>;

export interface Candidate {
  /** As the document would write it. */
  readonly item: Item;
  /** What it takes the place of. */
  readonly before: object | null;
}

/** Names are compared in any letter case, among the objects of the partner for which `isRival` holds. */
export function takenName(
  list: ListName,
  {
    item,
    before,
    noun,
    isRival = () => true,
  }: Candidate & {
    readonly noun: string;
    isRival?(other: object): boolean;
  },
  { view, pid }: ResourceContext,
): Refusal | null {
  const { name } = item;
  if (typeof name !== "string") return null;
  const wanted = name.toLowerCase();
  const rival = rivals(view, { list, pid, before }).find(
    (other) => String(Reflect.get(other, "name")).toLowerCase() === wanted && isRival(other),
  );
  if (rival === undefined) return null;
  const message = `Another ${noun} is called ${JSON.stringify(name)} (ID ${idOf(list, rival as never)}).`;
  return refusal("conflict", message, [{ at: "/name", code: "E_DUPLICATE", message }]);
}

/** Integration codes, where the data source of the object wants them unique. */
export function takenCode(
  list: "traits" | "segments",
  {
    item,
    before,
    unique,
  }: Candidate & {
    readonly unique: "uniqueTraitIntegrationCodes" | "uniqueSegmentIntegrationCodes";
  },
  { view, pid, recordOf }: ResourceContext,
): Refusal | null {
  const { integrationCode, dataSourceId } = item;
  if (typeof integrationCode !== "string" || typeof dataSourceId !== "number") return null;
  if (recordOf("dataSources", dataSourceId).kept?.[unique] !== true) return null;
  const rival = rivals(view, { list, pid, before }).find(
    (other) =>
      Reflect.get(other, "integrationCode") === integrationCode &&
      Reflect.get(other, "dataSourceId") === dataSourceId,
  );
  if (rival === undefined) return null;
  const owner = idOf(list, rival as never);
  const message = `In data source ${dataSourceId} the code ${JSON.stringify(integrationCode)} is that of ${owner}.`;
  return refusal("conflict", message, [{ at: "/integrationCode", code: "E_DUPLICATE", message }]);
}

function rivals(
  view: DefinitionsView,
  { list, pid, before }: { list: ListName; pid: number; before: object | null },
): readonly object[] {
  const items: readonly object[] = view.ofPartner(list, pid);
  return items.filter((other) => other !== before);
}
