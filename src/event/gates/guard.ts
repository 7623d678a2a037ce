import type { IdentityKey } from "../../model/identity.ts";
import type { PartnerId } from "../../model/ids.ts";
import type { Visit } from "../../profiles/visitor-store.ts";
import type { AcceptedId } from "../declared-ids/declared-ids.ts";
import type { Visitor } from "../identify.ts";

/**
 * Whose opt-out, answered meanwhile, must keep a call from being stored. Nobody can have opted out a
 * device that this very call has made.
 */
export function guardOf(
  pid: PartnerId,
  { device, origin }: Visitor,
  ids: readonly AcceptedId[],
): Visit["guard"] {
  const keys: IdentityKey[] = ids.map(({ dataSourceId, id }) => {
    return { kind: "declared", dataSourceId, id };
  });
  if (origin !== "new") keys.push({ kind: "device", device });
  return keys.length === 0 ? null : { pid, keys };
}
