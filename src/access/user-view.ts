import type { AccessWorld } from "./access-world.ts";
import type { RoleWith, StoredUser, UserStatus } from "./stored-values.ts";

/**
 * "CURRENT"; "PENDING": temporary, another has to be chosen; "EXPIRED": too old; "NONE": the user signs in
 * elsewhere.
 */
export type PasswordState = "CURRENT" | "PENDING" | "EXPIRED" | "NONE";

/** A user as the API shows one ("Management API, reports and UI", Users); the last three are our own. */
export interface UserView {
  readonly pid: number;
  readonly userId: number;
  readonly username: string;
  readonly status: UserStatus;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title: string;
  readonly phoneNumber: string;
  readonly groups: readonly number[];
  readonly isAdmin: boolean;
  readonly roles: readonly RoleWith[];
  readonly isInstallationAdministrator: boolean;
  readonly passwordState: PasswordState;
}

type Clock = Pick<AccessWorld, "now" | "passwordMs">;

export function showUser(user: StoredUser, clock: Clock): UserView {
  const { pid, userId, username, status, firstName, lastName, email, title, phoneNumber } = user;
  const { groups, isAdmin, roles, isInstallationAdministrator } = user;
  return {
    ...{ pid, userId, username, status, firstName, lastName, email, title, phoneNumber },
    ...{ groups, isAdmin, roles, isInstallationAdministrator },
    passwordState: passwordState(user, clock),
  };
}

export function passwordState(
  { password }: Pick<StoredUser, "password">,
  { now, passwordMs }: Clock,
): PasswordState {
  if (password === null) return "NONE";
  const { temporaryUntil, changedAt } = password;
  if (temporaryUntil !== null) return now() < temporaryUntil ? "PENDING" : "EXPIRED";
  return passwordMs !== null && now() >= changedAt + passwordMs ? "EXPIRED" : "CURRENT";
}
