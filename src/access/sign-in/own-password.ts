// How users change their password themselves.

import { err, ok } from "../../model/result.ts";
import { conflict, invalid, unknown } from "../access-fault.ts";
import type { AccessWorld } from "../access-world.ts";
import type { Caller } from "../caller.ts";
import { changedPassword } from "../password-hash.ts";
import { passwordFaults } from "../password-rules.ts";
import { signOut } from "../sign-out.ts";
import { numberKey } from "../stored-values.ts";
import { changeOf, type Outcome } from "../users.ts";
import type { SignIn } from "./sign-in.ts";

export interface OwnPassword {
  readonly oldPassword: string;
  readonly newPassword: string;
  readonly address: string;
}

const NOT_NEW = "Expected another password than the last twelve.";

/** Ends every session of the user, and every token that was got with the old password. */
export async function changeOwnPassword(
  { world, signIn }: { readonly world: AccessWorld; readonly signIn: SignIn },
  caller: Caller,
  { oldPassword, newPassword, address }: OwnPassword,
): Outcome<null> {
  const { records, passwordCost: cost } = world;
  const known = await records.readNow("user", numberKey(caller.userId));
  if (known === null || known.password === null) {
    return unknown("Whoever calls has no password here.");
  }
  const broken = passwordFaults(newPassword, known);
  if (broken.length > 0) {
    const faults = broken.map((message) => ({ at: "/newPassword", code: "E_VALUE", message }));
    return err({ kind: "invalid", message: "The new password breaks a rule.", faults });
  }
  if (newPassword === oldPassword) return invalid("/newPassword", NOT_NEW);
  const checked = await signIn.check({ username: known.username, password: oldPassword, address });
  if (!checked.ok) {
    return checked.error.kind === "wrong"
      ? invalid("/oldPassword", "This is not the password.")
      : invalid("/oldPassword", "Too many tries; wait a minute.");
  }
  const now = world.now();
  const before = checked.value.password;
  const change = { password: newPassword, cost, before, now, temporaryUntil: null };
  const password = await changedPassword(change);
  if (password === null) return invalid("/newPassword", NOT_NEW);
  return records.change(async () => {
    const user = await records.readNow("user", numberKey(known.userId));
    if (user?.password?.current.hash !== before?.current.hash || user === null) {
      return conflict("The password was changed meanwhile.");
    }
    const next = { ...user, password, updateTime: now };
    const order = { caller, pid: user.pid };
    const what = { change: "user.password-changed", before: user, user: next };
    const changes = changeOf(world, order, what).records;
    return ok({ records: [...changes, ...(await signOut(records, user.userId))], value: null });
  });
}
