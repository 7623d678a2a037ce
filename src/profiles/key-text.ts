import type { ProfileKey } from "./store.ts";

/** A text that no two keys share, for maps and messages. */
export function keyText(key: ProfileKey): string {
  return key.kind === "device"
    ? `device:${key.pid}:${key.device}`
    : `declared:${key.dataSourceId}:${key.id}`;
}
