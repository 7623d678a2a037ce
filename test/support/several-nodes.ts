// Real nodes that share a store, and what journeys ask of all of them.

import assert from "node:assert/strict";
import type { HttpAnswer } from "./http-call.ts";
import { PROTOCOL_WORKSPACE } from "./protocol-vectors.ts";
import { type RunningNode, type StartOptions, startNode } from "./start-node.ts";

/** The protocol's workspace with another name, which is a change. */
export function workspaceNamed(name: string): object {
  const partners = PROTOCOL_WORKSPACE.partners.map((partner) => ({ ...partner, name }));
  return { ...PROTOCOL_WORKSPACE, partners };
}

export const ALPHA = "alpha.dcs.localhost";

/** One more node on the store, with the secret that all of them have. */
export function startSharingNode(store: string, options: StartOptions = {}): Promise<RunningNode> {
  const args = ["--store", store, "--secret", "of all nodes", ...(options.args ?? [])];
  return startNode({ ...options, args });
}

/** Calls on connections of their own until each worker of a node has answered some; their revisions. */
export async function revisionsServed(node: RunningNode, workerCount: number): Promise<string[]> {
  const revisions = new Set<string>();
  const workers = new Set<string>();
  while (workers.size < workerCount) {
    const { headers } = await node.collect("/event?d_rtbd=json", { host: ALPHA });
    const [, worker = "", revision = ""] = /^(\S+) r([0-9]+) /.exec(String(headers["dcs"])) ?? [];
    assert.notEqual(worker, "", `${headers["dcs"]}`);
    workers.add(worker);
    revisions.add(revision);
  }
  return [...revisions];
}

/** Asks a node again and again whether it is ready, until it says what is wanted. */
export async function untilReadyIs(node: RunningNode, status: number): Promise<void> {
  while ((await node.manage("GET", "/ready")).status !== status);
}

/** How often a device has realized a trait of the partner 1957, as a node tells it. */
export async function countOf(node: RunningNode, device: string, sid: number): Promise<number> {
  const answer = await node.manage("GET", `/v1/partners/1957/visitors?uuid=${device}`);
  assert.equal(answer.status, 200, answer.text);
  // The visitor's documented form; a part that is missing fails here.
  const { profiles } = answer.json() as {
    readonly profiles: readonly { readonly traits: readonly { sid: number; count: number }[] }[];
  };
  return profiles.flatMap(({ traits }) => traits).find((trait) => trait.sid === sid)?.count ?? 0;
}

export async function publish(node: RunningNode, workspace: unknown): Promise<number> {
  const answer = await node.manage("PUT", "/v1/workspace", workspace);
  assert.equal(answer.status, 200, answer.text);
  return Object(answer.json()).revision;
}

export function codesOf({ headers }: HttpAnswer): string {
  return String(headers["x-error"] ?? "");
}
