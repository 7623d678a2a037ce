// Whether a caller may do a thing to an object of the partner of the call.

import { isAtLeast, type Permission } from "../../access/caller.ts";
import type { ListName } from "../../catalog/document-keys.ts";
import type { Defined } from "./definitions-view.ts";
import { OBJECT_PERMISSIONS, type ObjectPermission } from "./list-options.ts";
import type { ResourceContext, ResourceKind } from "./resource-kind.ts";

/** `item` is null where only the kind is asked about. */
export function may<Name extends ListName>(
  kind: ResourceKind<Name>,
  permission: ObjectPermission,
  { item, context }: { readonly item: Defined<Name> | null; readonly context: ResourceContext },
): boolean {
  const { caller, pid } = context;
  const { rights, editors } = kind;
  if (rights !== null) {
    const scope = item === null ? null : rights.scopeOf(item, permission);
    if (caller.rights.allows(pid, { objectType: rights.objectType, permission, scope }))
      return true;
    const other = item === null ? null : (rights.orElse?.(item, permission) ?? null);
    return other !== null && caller.rights.allows(pid, other);
  }
  const role = caller.rights.roleWith(pid);
  // Names of folders and data sources are no secret from whoever has to do with the partner.
  if (permission === "READ") return true;
  return isAtLeast(role, editors ? "editor" : "administrator");
}

/** Whether the caller may make some object of the kind, wherever: others are told nothing about bodies. */
export function mayCreateAny<Name extends ListName>(
  kind: ResourceKind<Name>,
  context: ResourceContext,
): boolean {
  if (may(kind, "CREATE", { item: null, context })) return true;
  const { caller, pid, view } = context;
  const { rights } = kind;
  if (rights === null) return false;
  const { objectType } = rights;
  return view.workspace.dataSources.some(({ dataSourceId: scope }) =>
    caller.rights.allows(pid, { objectType, permission: "CREATE", scope }),
  );
}

/** What the caller may do to an object, for the answer. */
export function permissionsOn<Name extends ListName>(
  kind: ResourceKind<Name>,
  item: Defined<Name>,
  context: ResourceContext,
): readonly Permission[] {
  const own = OBJECT_PERMISSIONS.filter((each) => may(kind, each, { item, context }));
  if (kind.rights === null) return own;
  const { objectType, scopeOf } = kind.rights;
  const mapped = MAPPED[objectType] ?? [];
  return [
    ...own,
    ...mapped.filter((permission) => {
      const scope = scopeOf(item, permission);
      return context.caller.rights.allows(context.pid, { objectType, permission, scope });
    }),
  ];
}

const MAPPED: Readonly<Record<string, readonly Permission[]>> = {
  TRAIT: ["MAP_TO_SEGMENTS", "MAP_TO_MODELS"],
  SEGMENT: ["MAP_TO_MODELS", "MAP_TO_DESTINATION"],
  DESTINATION: ["MAP_TO_DESTINATION"],
};
