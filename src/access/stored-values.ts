// What is kept of users, groups and tokens. Only this room writes these records, so that what is read is what
// was written.

import type { CallerLimits, ObjectType, Permission, Role } from "./caller.ts";

export interface RoleWith {
  readonly pid: number;
  readonly role: Role;
}

/** What somebody was given, apart from groups. */
export interface Grant {
  readonly isInstallationAdministrator: boolean;
  readonly roles: readonly RoleWith[];
}

/** Bytes are base64url. */
export interface PasswordHash {
  readonly salt: string;
  readonly hash: string;
  readonly cost: PasswordCost;
}

/** Of scrypt. */
export interface PasswordCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

export interface StoredPassword {
  readonly current: PasswordHash;
  /** The last ones, newest first, the current one among them unless it is temporary: under one salt, so that all are compared at once. */
  readonly former: {
    readonly salt: string;
    readonly cost: PasswordCost;
    readonly hashes: readonly string[];
  };
  readonly changedAt: number;
  /** Until when it lets its user in, to set another; null where the user chose it. */
  readonly temporaryUntil: number | null;
}

export type UserStatus = "ACTIVE" | "INACTIVE" | "LOCKED";

export interface StoredUser extends Grant {
  readonly userId: number;
  readonly pid: number;
  readonly username: string;
  readonly status: UserStatus;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly title: string;
  readonly phoneNumber: string;
  readonly groups: readonly number[];
  /** Administrator with the partner that the user belongs to. */
  readonly isAdmin: boolean;
  readonly createTime: number;
  readonly updateTime: number;
  /** Null: signs in elsewhere. */
  readonly password: StoredPassword | null;
  /** Wrong passwords since the last right one. */
  readonly failures: number;
}

export interface GroupPermission {
  readonly objectType: ObjectType;
  readonly objectId: number;
  readonly permissions: readonly Permission[];
}

export interface StoredGroup {
  readonly groupId: number;
  readonly pid: number;
  readonly name: string;
  readonly description: string;
  readonly wildcards: readonly string[];
  readonly permissions: readonly GroupPermission[];
  readonly createTime: number;
  readonly updateTime: number;
}

export interface StoredToken {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the token, base64url. */
  readonly hash: string;
  /**
   * "api": made by an administrator; the others were got at `/oauth/token`, and are good only as long as the
   * token of their client is.
   */
  readonly use: "api" | "access" | "refresh";
  /** Null where the rights are those of a user. */
  readonly grant: Grant | null;
  readonly userId: number | null;
  /** The salt of the password that it was got with: with another one it is unknown. Null without user. */
  readonly passwordSalt: string | null;
  readonly limits: CallerLimits | null;
  readonly clientId: string | null;
  readonly createTime: number;
  /** The user who made it; 0 where none did. */
  readonly crUID: number;
  /** Null: never. */
  readonly expiresAt: number | null;
}

/** The kinds of records of this room, and what each holds. */
export interface AccessKinds {
  readonly user: StoredUser;
  /** By a digest of the name, in lower case. */
  readonly username: { readonly userId: number };
  /** By a digest of the provider and what it knows the user by. */
  readonly "foreign-user": { readonly userId: number };
  readonly group: StoredGroup;
  readonly token: StoredToken;
  readonly "token-use": { readonly at: number };
  readonly session: StoredSession;
  /** As exactly as idle sessions need it. */
  readonly "session-seen": { readonly at: number };
  /** The next ID. IDs are not used again: objects remember who made them. */
  readonly "next-id": { readonly next: number };
}

export interface StoredSession {
  /** A digest of what the cookie holds. */
  readonly id: string;
  readonly userId: number;
  /** The salt of the password that it began with: with another one it has ended. */
  readonly passwordSalt: string | null;
  readonly createTime: number;
}

export type AccessKind = keyof AccessKinds;

const ID_DIGITS = 12;

/** Orders records as their numbers are. */
export function numberKey(id: number): string {
  return String(id).padStart(ID_DIGITS, "0");
}
