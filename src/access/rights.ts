// What somebody may: the roles that they were given, and what their groups may.

import { isAtLeast, type Right, type Rights, type Role } from "./caller.ts";
import { groupAllows } from "./permissions.ts";
import type { Grant, RoleWith, StoredGroup, StoredUser } from "./stored-values.ts";

export function buildRights(grant: Grant, groups: readonly StoredGroup[] = []): Rights {
  if (grant.isInstallationAdministrator) return EVERYTHING;
  const roles = new Map<number, Role>();
  for (const { pid, role } of grant.roles) {
    const known = roles.get(pid) ?? null;
    if (!isAtLeast(known, role)) roles.set(pid, role);
  }
  const roleWith = (pid: number): Role | null => roles.get(pid) ?? null;
  return {
    isInstallationAdministrator: false,
    pids: [...new Set([...roles.keys(), ...groups.map(({ pid }) => pid)])].sort(byNumber),
    roleWith,
    allows: (pid, right) =>
      roleAllows(roleWith(pid), right) ||
      groups.some((group) => group.pid === pid && groupAllows(group, right)),
  };
}

/** Of whoever is known, but may nothing yet. */
export const NO_RIGHTS: Rights = buildRights({ isInstallationAdministrator: false, roles: [] });

export const EVERYTHING: Rights = {
  isInstallationAdministrator: true,
  pids: null,
  roleWith: () => "administrator",
  allows: () => true,
};

function roleAllows(role: Role | null, { permission }: Right): boolean {
  return isAtLeast(role, permission === "READ" ? "viewer" : "editor");
}

/** Everything that a user was given by name. */
export function grantOf(user: StoredUser): Grant {
  const own: readonly RoleWith[] = user.isAdmin ? [{ pid: user.pid, role: "administrator" }] : [];
  return {
    isInstallationAdministrator: user.isInstallationAdministrator,
    roles: [...own, ...user.roles],
  };
}

/**
 * Whether somebody with these rights may give such a grant, or change whoever holds it: nobody gets more
 * through another than they have themselves.
 */
export function mayGive(rights: Rights, grant: Grant): boolean {
  if (rights.isInstallationAdministrator) return true;
  if (grant.isInstallationAdministrator) return false;
  return grant.roles.every(({ pid }) => isAtLeast(rights.roleWith(pid), "administrator"));
}

function byNumber(one: number, other: number): number {
  return one - other;
}
