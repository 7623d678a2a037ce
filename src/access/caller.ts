// Who calls the management plane, and what they may. Routes say what they need (`access.ts` of the
// management plane); objects are asked about one by one.

/** Each may what the one before it may. */
export const ROLES = ["viewer", "editor", "administrator"] as const;
export type Role = (typeof ROLES)[number];

/** The kinds of objects that rights are given for ("Management API, reports and UI", Permission vocabulary). */
export type ObjectType = "TRAIT" | "SEGMENT" | "DESTINATION" | "DERIVED_SIGNALS";

export type Permission =
  | "READ"
  | "WRITE"
  | "CREATE"
  | "DELETE"
  | "MAP_TO_SEGMENTS"
  | "MAP_TO_MODELS"
  | "MAP_TO_DESTINATION";

/** One thing that somebody may or may not do. */
export interface Right {
  readonly objectType: ObjectType | "MODEL" | "ALGO_TRAIT";
  readonly permission: Permission;
  /**
   * What the right was given for: the data source of a trait or a segment, the ID of a destination. Null for
   * what has neither, such as a destination that is about to be made.
   */
  readonly scope: number | null;
}

export interface Rights {
  /** Everything, with every partner, and what belongs to no partner. */
  readonly isInstallationAdministrator: boolean;
  /** The partners that the caller has to do with; null: with all. */
  readonly pids: readonly number[] | null;
  /** The highest role with a partner; null where all rights come from groups, or where there are none. */
  roleWith(pid: number): Role | null;
  allows(pid: number, right: Right): boolean;
}

/** What a token was limited to when it was made, whatever its rights. */
export interface CallerLimits {
  readonly isReadOnly: boolean;
  /** The first words of the paths that it is for, without `/v1`; null: all. */
  readonly routeGroups: readonly string[] | null;
}

export interface Caller {
  readonly kind: "token" | "user";
  /** Of the token or the user, for the audit log. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** What `crUID` and `upUID` hold; 0 where no user stands behind the call. */
  readonly userId: number;
  readonly rights: Rights;
  /** The password is a temporary one, or too old: there are no rights before another one is chosen. */
  readonly needsPassword?: true;
  readonly limits?: CallerLimits;
}

/** What the token that a node is started with stands for: everything. */
export const INSTALLATION_ADMINISTRATOR: Caller = {
  kind: "token",
  id: "administrator",
  name: "Administrator's token",
  userId: 0,
  rights: {
    isInstallationAdministrator: true,
    pids: null,
    roleWith: () => "administrator",
    allows: () => true,
  },
};

export function isAtLeast(role: Role | null, wanted: Role): boolean {
  return role !== null && ROLES.indexOf(role) >= ROLES.indexOf(wanted);
}
