import type { AccessRecords } from "./access-records.ts";
import type { ObjectType } from "./caller.ts";
import type { PasswordCost } from "./stored-values.ts";

/** An object that rights can be given for: for traits and segments, their data source. */
export interface GrantableObject {
  readonly pid: number;
  readonly objectType: ObjectType;
  readonly objectId: number;
}

/** What the use cases of this room need. */
export interface AccessWorld {
  readonly records: AccessRecords;
  readonly passwordCost: PasswordCost;
  /** How long a password is good that its user chose; null: for ever. */
  readonly passwordMs: number | null;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Whether the partner has such an object. */
  isDefined(object: GrantableObject): Promise<boolean>;
}
