import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What is left of this process's memory once garbage is gone: objects, and arrays of numbers beside them. */
export function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  // The first may leave what finalizers hold.
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
