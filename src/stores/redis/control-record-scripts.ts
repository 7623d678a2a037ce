// Scripts over control records, in the slot of all that nodes have in common.
//
//   control         hash: version and JSON of each record by its kind, "/" and ID
//   control-ids     sorted set of the same names, all of one score: in the order of their bytes
//   control-writes  sorted set: versions of the latest writes by when they happened, in milliseconds

import { VERSION_CHARACTERS } from "../../control/kept-records.ts";
import { script } from "./control-scripts.ts";

/** A write whose answer was lost on its way is sent again within seconds, or never. */
const KEPT_WRITES_MS = 60_000;

/** ARGV: name. */
export const READ_RECORD = script(["control"], `return redis.call('HGET', control, ARGV[1])`);

/** ARGV: the lowest name, the name below which, how many at most; `descending` or not. Names and what they hold. */
export const LIST_RECORDS = script(
  ["control", "controlIds"],
  `
local low, high = '[' .. ARGV[1], '(' .. ARGV[2]
local names
if ARGV[4] == 'descending' then
  names = redis.call('ZREVRANGEBYLEX', controlIds, high, low, 'LIMIT', 0, ARGV[3])
else
  names = redis.call('ZRANGEBYLEX', controlIds, low, high, 'LIMIT', 0, ARGV[3])
end
if #names == 0 then return {} end
return { names, redis.call('HMGET', control, unpack(names)) }`,
);

/**
 * ARGV: version of the write, how many expectations; of each its name and version, empty for none; then what
 * `keepRecords` takes.
 */
export const WRITE_RECORDS = script(
  ["control", "controlIds", "controlWrites"],
  `
if redis.call('ZSCORE', controlWrites, ARGV[1]) then return 1 end
local first = 3 + 2 * ARGV[2]
for at = 3, first - 1, 2 do
  local stored = redis.call('HGET', control, ARGV[at])
  local version = stored and string.sub(stored, 1, ${VERSION_CHARACTERS}) or ''
  if version ~= ARGV[at + 1] then return 0 end
end
keepRecords(control, controlIds, first)
redis.call('ZREMRANGEBYSCORE', controlWrites, '-inf', now - ${KEPT_WRITES_MS})
redis.call('ZADD', controlWrites, now, ARGV[1])
return 1`,
);
