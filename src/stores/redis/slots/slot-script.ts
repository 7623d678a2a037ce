import { createHash } from "node:crypto";
import type { Script } from "./command-batches.ts";

/**
 * Writes all of a slot's values, or none where one of them has another stamp by now than the writer has seen:
 * then gives all as they are. ARGV: the stamps seen, in the order of the keys; then for each key what becomes of
 * it ("keep", "remove", "set", or a life in milliseconds) and its value.
 */
const COMPARE_AND_SET = `
for i = 1, #KEYS do
  if redis.call('GETRANGE', KEYS[i], 0, 11) ~= ARGV[i] then
    return redis.call('MGET', unpack(KEYS))
  end
end
for i = 1, #KEYS do
  local what, value = ARGV[#KEYS + 2 * i - 1], ARGV[#KEYS + 2 * i]
  if what == 'remove' then redis.call('UNLINK', KEYS[i])
  elseif what == 'set' then redis.call('SET', KEYS[i], value)
  elseif what ~= 'keep' then redis.call('SET', KEYS[i], value, 'PX', what)
  end
end
return 1`;

export function scriptOf(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

export const COMPARE_AND_SET_SCRIPT = scriptOf(COMPARE_AND_SET);
