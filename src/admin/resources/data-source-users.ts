// Who uses a data source: everything that names it.

import type { DataSourceDefinition, DestinationDefinition } from "@dunlin/contract/workspace";
import { modelsOfDataSource } from "./models/model-users.ts";
import type { Dependent, ResourceContext } from "./resource-kind.ts";

/** Keys of server destinations that hold the ID of a data source, or several. */
const DESTINATION_KEYS = ["masterDpid", "targetDpid", "dataSourceIds"];

export function dataSourceUsers(
  { dataSourceId: id }: DataSourceDefinition,
  context: ResourceContext,
): readonly Dependent[] {
  const { traits, segments, mergeRules, idSyncs, destinations } = context.view.workspace;
  const uses = ({ dataSourceId }: { readonly dataSourceId: number }) => dataSourceId === id;
  return [
    ...traits.filter(uses).map(({ sid, name }) => dependent("trait", sid, name)),
    ...segments.filter(uses).map(({ sid, name }) => dependent("segment", sid, name)),
    ...mergeRules
      .filter((rule) => rule.deviceGraphDataSourceId === id || rule.dataSourceIds.includes(id))
      .map(({ mergeRuleId, name }) => dependent("merge rule", mergeRuleId, name)),
    ...idSyncs.filter(uses).map(({ idSyncId }) => dependent("ID sync", idSyncId)),
    ...destinations
      .filter((destination) => namedBy(destination).includes(id))
      .map(({ destinationId, name }) => dependent("destination", destinationId, name)),
    ...modelsOfDataSource(id, context),
  ];
}

function dependent(noun: string, id: number, name?: string): Dependent {
  return { id, name: name === undefined ? `${noun} ${id}` : `${noun} ${id} (${name})` };
}

/** Of a destination, as a document writes it: its own keys stand beside the others. */
function namedBy(destination: DestinationDefinition): readonly unknown[] {
  if (destination.destinationType !== "S2S") return [];
  return DESTINATION_KEYS.flatMap((key): unknown[] => {
    const value: unknown = Reflect.get(destination, key);
    return Array.isArray(value) ? value : [value];
  });
}
