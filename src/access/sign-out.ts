import type { ControlRecord } from "../control/control-store.ts";
import type { AccessRecords } from "./access-records.ts";

/** What ends every session of a user, and every token that was got with their password. */
export async function signOut(records: AccessRecords, userId: number): Promise<ControlRecord[]> {
  const sessions = await records.listNow("session");
  const tokens = await records.listNow("token");
  return [
    ...sessions.filter((session) => session.userId === userId).flatMap(({ id }) => endOf(id)),
    ...tokens.filter((token) => token.userId === userId).flatMap(({ id }) => removalOf(id)),
  ];
}

/** What ends a session. */
export function endOf(id: string): ControlRecord[] {
  return [
    { kind: "session", id, value: null },
    { kind: "session-seen", id, value: null },
  ];
}

/** What makes a token unknown. */
export function removalOf(id: string): ControlRecord[] {
  return [
    { kind: "token", id, value: null },
    { kind: "token-use", id, value: null },
  ];
}
