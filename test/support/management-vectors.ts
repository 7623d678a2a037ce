// The documented vectors of the management API ("Management API, reports and UI", API acceptance vectors).

import { readFileSync } from "node:fs";

export interface ManagementVector {
  readonly id: string;
  readonly req: string;
  readonly body?: unknown;
  readonly status: number;
  /** The word of a refusal. */
  readonly error?: string;
}

const PATH = new URL("../../cases/management-api.json", import.meta.url);
// Vectors are part of the project; a wrong one fails its test.
export const MANAGEMENT_VECTORS = JSON.parse(
  readFileSync(PATH, "utf8"),
) as readonly ManagementVector[];

export function managementVector(id: string): ManagementVector & {
  readonly method: string;
  readonly target: string;
} {
  const found = MANAGEMENT_VECTORS.find((each) => each.id === id);
  if (found === undefined) throw new Error(`There is no vector ${id}.`);
  const [method = "", target = ""] = found.req.split(" ");
  return { ...found, method, target };
}
