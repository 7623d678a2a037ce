// All that the management plane asks about who calls: put together once.

import type { ControlStore } from "../control/control-store.ts";
import { AccessRecords } from "./access-records.ts";
import type { AccessWorld } from "./access-world.ts";
import { trimAudit } from "./audit.ts";
import { identifyToken } from "./identify.ts";
import type { Identity } from "./identity.ts";
import { PASSWORD_COST } from "./password-hash.ts";
import { Sessions } from "./sign-in/sessions.ts";
import { SignIn } from "./sign-in/sign-in.ts";
import { TokenGrants } from "./sign-in/token-grants.ts";
import type { PasswordCost } from "./stored-values.ts";

export interface AccessOptions {
  readonly store: ControlStore;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that never go back. */
  ticks(): number;
  readonly isDefined: AccessWorld["isDefined"];
  /** How long a password is good; null: for ever. */
  readonly passwordMs: number | null;
  /** Cheaper where tests ask hundreds of times. */
  readonly passwordCost?: PasswordCost;
}

export interface AccessControl {
  readonly world: AccessWorld;
  readonly signIn: SignIn;
  readonly grants: TokenGrants;
  readonly sessions: Sessions;
  /** Whose token it is. */
  identify(token: string): Promise<Identity>;
  /** Takes away what has become too much of the audit log: to be called now and then. */
  tidyUp(): Promise<void>;
}

export function openAccess(options: AccessOptions): AccessControl {
  const { store, now, ticks, isDefined, passwordMs, passwordCost = PASSWORD_COST } = options;
  const records = new AccessRecords({ store, ticks });
  const world: AccessWorld = { records, passwordCost, passwordMs, now, isDefined };
  const signIn = new SignIn(world);
  return {
    world,
    signIn,
    grants: new TokenGrants(world, signIn),
    sessions: new Sessions(world),
    identify: (token) => identifyToken(world, token),
    tidyUp: async () => void (await trimAudit(store)),
  };
}
