export function asFault(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
