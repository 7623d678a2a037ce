import type { RoleWith, StoredUser, UserStatus } from "./stored-values.ts";

/**
 * "CURRENT"; "PENDING": temporary, another has to be chosen; "EXPIRED": temporary, and too old; "NONE": the
 * user signs in elsewhere.
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

export function showUser(user: StoredUser, now: number): UserView {
  const { pid, userId, username, status, firstName, lastName, email, title, phoneNumber } = user;
  const { groups, isAdmin, roles, isInstallationAdministrator } = user;
  return {
    ...{ pid, userId, username, status, firstName, lastName, email, title, phoneNumber },
    ...{ groups, isAdmin, roles, isInstallationAdministrator },
    passwordState: passwordState(user, now),
  };
}

export function passwordState(
  { password }: Pick<StoredUser, "password">,
  now: number,
): PasswordState {
  if (password === null) return "NONE";
  if (password.temporaryUntil === null) return "CURRENT";
  return now < password.temporaryUntil ? "PENDING" : "EXPIRED";
}
