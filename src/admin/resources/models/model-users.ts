// Who uses a model, and whom a model uses: nothing that a model names goes away as long as it does.

import type { TraitDefinition } from "@dunlin/contract/workspace";
import type { Dependent, Refusal, ResourceContext } from "../resource-kind.ts";
import { refusal } from "../resource-kind.ts";
import { findModel, type Model, modelsOfPartner } from "./model-keys.ts";

/** The algorithmic traits that name a model, ascending. */
export function traitsOfModel(
  { algoModelId, pid }: Pick<Model, "algoModelId" | "pid">,
  context: ResourceContext,
): readonly TraitDefinition[] {
  return context.view.workspace.traits
    .filter((trait) => {
      if (trait.pid !== pid || trait.traitType !== "ALGO_TRAIT") return false;
      return context.recordOf("traits", trait.sid).kept?.["algoModelId"] === algoModelId;
    })
    .sort((one, other) => one.sid - other.sid);
}

/** The models that have a trait, a folder trait or a segment as their baseline, or leave it out. */
export function modelsNaming(sid: number, context: ResourceContext): readonly Dependent[] {
  return dependents(context, (model) => model.sid === sid || model.excludedTraits.includes(sid));
}

export function modelsOfDataSource(id: number, context: ResourceContext): readonly Dependent[] {
  return dependents(context, ({ dataSources }) => dataSources.includes(id));
}

function dependents(
  context: ResourceContext,
  isUser: (model: Model) => boolean,
): readonly Dependent[] {
  if (context.models.size === 0) return [];
  return modelsOfPartner(context)
    .filter(isUser)
    .map(({ algoModelId: id, name }) => ({ id, name: `model ${id} (${name})` }));
}

/** An algorithmic trait may be there without a model, as imports bring it; one that it names there must be. */
export function refuseUnknownModel(
  { traitType, algoModelId }: { readonly traitType: unknown; readonly algoModelId: unknown },
  context: ResourceContext,
): Refusal | null {
  if (traitType !== "ALGO_TRAIT" || typeof algoModelId !== "number") return null;
  if (findModel(algoModelId, context)?.pid === context.pid) return null;
  const message = `There is no model ${algoModelId} of this partner.`;
  const fault = { at: "/algoModelId", code: "E_UNKNOWN_REFERENCE", message };
  return refusal("bad-request", message, [fault]);
}
