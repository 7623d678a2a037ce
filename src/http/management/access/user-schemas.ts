// Users as the API takes and gives them ("Management API, reports and UI", Users), with our own additions.

import { Type } from "typebox";
import { ROLES } from "../../../access/caller.ts";

const MAX_TEXT = 255;
const text = Type.String({ maxLength: MAX_TEXT });
const words = (values: readonly string[]) => Type.Union(values.map((word) => Type.Literal(word)));

export const RoleSchema = Type.Union([
  Type.Literal(ROLES[0]),
  Type.Literal(ROLES[1]),
  Type.Literal(ROLES[2]),
]);

export const RolesSchema = Type.Array(
  Type.Object(
    { pid: Type.Integer({ minimum: 1 }), role: RoleSchema },
    { additionalProperties: false },
  ),
  {
    maxItems: 1_000,
    description: "Own: roles with other partners, or lesser ones than `isAdmin`.",
  },
);

const NAMES = {
  firstName: text,
  lastName: text,
  email: text,
  title: text,
  phoneNumber: text,
};

const StatusSchema = Type.Union([
  Type.Literal("ACTIVE"),
  Type.Literal("INACTIVE"),
  Type.Literal("LOCKED"),
]);

const RIGHTS = {
  groups: Type.Array(Type.Integer({ minimum: 1 }), { maxItems: 1_000 }),
  isAdmin: Type.Boolean({ description: "Administrator of the partner that the user belongs to." }),
  roles: RolesSchema,
  isInstallationAdministrator: Type.Boolean({ description: "Own." }),
};

export const UserSchema = Type.Object({
  pid: Type.Integer(),
  userId: Type.Integer(),
  username: Type.String(),
  status: StatusSchema,
  ...NAMES,
  ...RIGHTS,
  passwordState: Type.Unsafe<string>({
    ...words(["CURRENT", "PENDING", "EXPIRED", "NONE"]),
    description: "PENDING: temporary, another is to be chosen. NONE: signs in elsewhere.",
  }),
});

const OPTIONAL_NAMES = {
  firstName: Type.Optional(text),
  lastName: Type.Optional(text),
  email: Type.Optional(text),
  title: Type.Optional(text),
  phoneNumber: Type.Optional(text),
};

/** What comes back with an object and cannot be changed is taken and left aside. */
const IGNORED = {
  pid: Type.Optional(Type.Integer()),
  userId: Type.Optional(Type.Integer()),
  passwordState: Type.Optional(Type.String()),
};

const GIVEN = {
  ...OPTIONAL_NAMES,
  status: Type.Optional(StatusSchema),
  groups: Type.Optional(RIGHTS.groups),
  isAdmin: Type.Optional(RIGHTS.isAdmin),
  roles: Type.Optional(RIGHTS.roles),
  isInstallationAdministrator: Type.Optional(RIGHTS.isInstallationAdministrator),
  ...IGNORED,
};

const username = Type.String({ minLength: 1, maxLength: MAX_TEXT });

export const NewUserSchema = Type.Object({ username, ...GIVEN }, { additionalProperties: false });

export const GivenUserSchema = Type.Object(
  { username: Type.Optional(username), ...GIVEN },
  { additionalProperties: false },
);

/** What gives rights is taken, because it comes back with the object, and left as it is. */
export const OwnUserSchema = Type.Object(
  { username: Type.Optional(username), ...GIVEN },
  { additionalProperties: false },
);

export const TemporarySchema = Type.Object({
  ...UserSchema.properties,
  temporaryPassword: Type.Union([Type.String(), Type.Null()]),
});
