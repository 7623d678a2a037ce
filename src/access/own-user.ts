import { ok } from "../model/result.ts";
import { unknown } from "./access-fault.ts";
import type { AccessWorld } from "./access-world.ts";
import { auditRecord } from "./audit.ts";
import type { Caller } from "./caller.ts";
import { numberKey } from "./stored-values.ts";
import { showUser, type UserView } from "./user-view.ts";
import type { Outcome } from "./users.ts";

/** Whoever calls. Behind a token stands a technical user of its own, that nobody has to make. */
export async function findSelf(world: AccessWorld, caller: Caller): Outcome<UserView> {
  if (caller.userId === 0) return ok(technicalUser(caller));
  const user = await world.records.readNow("user", numberKey(caller.userId));
  return user === null ? unknown("There is no such user any more.") : ok(showUser(user, world));
}

/** No mail is sent: the wish goes where administrators read. */
export async function askForReset(world: AccessWorld, caller: Caller): Outcome<null> {
  const user = await world.records.readNow("user", numberKey(caller.userId));
  if (user === null) return unknown("No user stands behind this token.");
  const entry = auditRecord({
    ...{ at: world.now(), change: "user.password-reset-asked", by: caller, pid: user.pid },
    ...{ objectType: "user", objectId: String(user.userId), before: null, after: null },
  });
  await world.records.add([entry]);
  return ok(null);
}

function technicalUser({ name, rights }: Caller): UserView {
  const pids = rights.pids ?? [];
  const roles = pids.flatMap((pid) => {
    const role = rights.roleWith(pid);
    return role === null ? [] : [{ pid, role }];
  });
  const [pid = 0] = pids;
  return {
    ...{ pid, userId: 0, username: name, status: "ACTIVE", firstName: "", lastName: "" },
    ...{ email: "", title: "", phoneNumber: "", groups: [], roles },
    isAdmin: rights.roleWith(pid) === "administrator",
    isInstallationAdministrator: rights.isInstallationAdministrator,
    passwordState: "NONE",
  };
}
