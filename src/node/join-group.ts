// The start of a node whose store others may share: what it may not differ in, and what it takes over.

import type { ConfigFault } from "../config/read-config.ts";
import { type Config, SETTINGS } from "../config.ts";
import type { MemberSettings } from "../group/group-store.ts";
import type { AssembledNode } from "./assemble-node.ts";

/** Null once it is one of the living nodes of its store, or has the store to itself. */
export async function joinGroup(
  { group, clock }: Pick<AssembledNode, "group" | "clock">,
  config: Config,
): Promise<ConfigFault | null> {
  if (group === null) return null;
  const theirs = await group.join();
  if (theirs !== null) return conflictOf(config, theirs);
  if (clock === null) return null;
  const shared = group.sharedClock();
  if (shared === null) await group.setClock(clock.now());
  else clock.set(shared);
  return null;
}

function conflictOf(config: Config, theirs: MemberSettings): ConfigFault {
  const name = theirs.domain === config.domain ? "clock" : "domain";
  const message = `Expected ${theirs[name]}, as the running nodes that share this store have it, not ${config[name]}.`;
  return { where: SETTINGS[name].option, code: "E_VALUE", message };
}
