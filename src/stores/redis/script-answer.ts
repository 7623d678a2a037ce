// What scripts answer, taken apart. The scripts are ours: an answer of another form is a fault of ours.

export function listOf(answer: unknown): readonly unknown[] {
  if (!Array.isArray(answer)) throw new Error("Invariant broken: a script answers with a list");
  return answer;
}

export function bytesAt(parts: readonly unknown[], index: number): Buffer {
  const part = parts[index];
  if (!Buffer.isBuffer(part)) throw new Error(`Invariant broken: bytes at ${index} of an answer`);
  return part;
}

export function textAt(parts: readonly unknown[], index: number): string {
  return bytesAt(parts, index).toString("utf8");
}

/** Numbers come as they are or as text; what is missing is 0. */
export function numberAt(parts: readonly unknown[], index: number): number {
  const part = parts[index];
  if (part === null || part === undefined) return 0;
  const value = typeof part === "number" ? part : Number(textAt(parts, index));
  if (!Number.isSafeInteger(value)) throw new Error(`Invariant broken: a number at ${index}`);
  return value;
}
