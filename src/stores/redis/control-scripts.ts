// What nodes that share a store do together, each in one step at the server: all keys lie in one slot, and time is
// the server's. Scripts are the only writers of these keys.
//
//   definitions   hash: revision and fence of the newest; of each kept revision a field for its document, and one
//                 that says when and by whom it was published, as JSON
//   leases        sorted set: each living node by the time at which its lease ends, in milliseconds
//   reports       hash: what each node reports, as JSON
//   turn          hash: fence, holder, the revision it proposes; it counts as long as its holder lives
//   proposal      the proposed document
//   fence         the fence handed out last
//   clock         hash: number of the setting, and its time
//   facts         hash: what all nodes have in common for the life of the store
//   control...    control records: control-record-scripts.ts

const SLOT = "{dunlin}";

export const KEYS = {
  definitions: `${SLOT}:definitions`,
  leases: `${SLOT}:leases`,
  reports: `${SLOT}:reports`,
  turn: `${SLOT}:turn`,
  proposal: `${SLOT}:proposal`,
  fence: `${SLOT}:fence`,
  clock: `${SLOT}:clock`,
  facts: `${SLOT}:facts`,
  control: `${SLOT}:control`,
  controlIds: `${SLOT}:control-ids`,
  controlWrites: `${SLOT}:control-writes`,
} as const;

/** Where changes of any of these are told: only that there is one. */
export const CHANGES_CHANNEL = "dunlin:changes";

export interface ControlScript {
  readonly keys: readonly string[];
  readonly text: string;
}

export function script(keys: readonly (keyof typeof KEYS)[], body: string): ControlScript {
  const names = keys.map((key, index) => `local ${key} = KEYS[${index + 1}]`);
  return { keys: keys.map((key) => KEYS[key]), text: [...names, PREAMBLE, body].join("\n") };
}

const PREAMBLE = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function tell() redis.call('PUBLISH', '${CHANGES_CHANNEL}', '') end
-- ARGV from there on: names of control records and what they are to hold, nothing where they go.
local function keepRecords(records, ids, first)
  for at = first, #ARGV, 2 do
    if ARGV[at + 1] == '' then
      redis.call('HDEL', records, ARGV[at])
      redis.call('ZREM', ids, ARGV[at])
    else
      redis.call('HSET', records, ARGV[at], ARGV[at + 1])
      redis.call('ZADD', ids, 0, ARGV[at])
    end
  end
end
`;

/** ARGV: name, report, lease in milliseconds. */
export const BEAT = script(
  ["leases", "reports", "turn", "clock", "definitions"],
  `
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
  redis.call('ZREM', leases, gone)
  if gone ~= ARGV[1] then redis.call('HDEL', reports, gone) end
end
redis.call('ZADD', leases, now + ARGV[3], ARGV[1])
if redis.call('HGET', reports, ARGV[1]) ~= ARGV[2] then
  redis.call('HSET', reports, ARGV[1], ARGV[2])
  tell()
end
local holder = redis.call('HGET', turn, 'holder')
if holder and not redis.call('ZSCORE', leases, holder) then redis.call('DEL', turn) end
return {
  redis.call('HMGET', definitions, 'revision', 'fence'),
  redis.call('HMGET', turn, 'fence', 'holder', 'proposes'),
  redis.call('HMGET', clock, 'setting', 'now'),
  redis.call('HGETALL', reports)
}`,
);

/** ARGV: name. */
export const LEAVE = script(
  ["leases", "reports", "turn", "proposal"],
  `
redis.call('ZREM', leases, ARGV[1])
redis.call('HDEL', reports, ARGV[1])
if redis.call('HGET', turn, 'holder') == ARGV[1] then redis.call('DEL', turn, proposal) end
tell()`,
);

/** ARGV: name. A fence is later than all before it, also where a server that took over has not heard of the last. */
export const TAKE_TURN = script(
  ["leases", "turn", "proposal", "fence", "definitions"],
  `
local holder = redis.call('HGET', turn, 'holder')
if holder and holder ~= ARGV[1] then
  local ends = redis.call('ZSCORE', leases, holder)
  if ends and tonumber(ends) > now then return false end
end
local last = tonumber(redis.call('GET', fence) or '0')
local taken = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
redis.call('SET', fence, taken)
redis.call('DEL', turn, proposal)
redis.call('HSET', turn, 'fence', taken, 'holder', ARGV[1], 'proposes', '0')
return { taken, redis.call('HGET', definitions, 'revision') or '0' }`,
);

/** ARGV: fence, revision, document, how long the document is kept in milliseconds. */
export const PROPOSE = script(
  ["turn", "proposal"],
  `
if redis.call('HGET', turn, 'fence') ~= ARGV[1] then return 0 end
redis.call('SET', proposal, ARGV[3], 'PX', ARGV[4])
redis.call('HSET', turn, 'proposes', ARGV[2])
tell()
return 1`,
);

/** ARGV: fence. */
export const PROPOSAL = script(
  ["turn", "proposal"],
  `
if redis.call('HGET', turn, 'fence') ~= ARGV[1] then return false end
return { redis.call('HGET', turn, 'proposes'), redis.call('GET', proposal) }`,
);

/** ARGV: fence. */
export const END_TURN = script(
  ["turn", "proposal"],
  `
if redis.call('HGET', turn, 'fence') ~= ARGV[1] then return end
redis.call('DEL', turn, proposal)
tell()`,
);

/** ARGV: milliseconds since the epoch. */
export const SET_CLOCK = script(
  ["clock"],
  `
local setting = redis.call('HINCRBY', clock, 'setting', 1)
redis.call('HSET', clock, 'now', ARGV[1])
tell()
return setting`,
);

/** ARGV: name, value. */
export const KEEP = script(
  ["facts"],
  `
redis.call('HSETNX', facts, ARGV[1], ARGV[2])
return redis.call('HGET', facts, ARGV[1])`,
);

/** The newest revision and its document. */
export const LATEST = script(
  ["definitions"],
  `
local revision = redis.call('HGET', definitions, 'revision')
if not revision then return false end
return { revision, redis.call('HGET', definitions, 'document:' .. revision) }`,
);

/** Each kept revision with what is told of it, in no order. */
export const LIST = script(
  ["definitions"],
  `
local lines = {}
for _, field in ipairs(redis.call('HKEYS', definitions)) do
  local number = string.match(field, '^document:(%d+)$')
  if number then
    lines[#lines + 1] = { number, redis.call('HGET', definitions, 'origin:' .. number) }
  end
end
return lines`,
);

/** ARGV: revision. Its document. */
export const READ = script(
  ["definitions"],
  `return redis.call('HGET', definitions, 'document:' .. ARGV[1])`,
);

/**
 * ARGV: revision, fence, document, what is told of it; how many revisions are kept at most, how many bytes, and
 * how many at least; then what `keepRecords` takes.
 */
export const PUBLISH = script(
  ["definitions", "fence", "control", "controlIds"],
  `
local newest = tonumber(redis.call('HGET', definitions, 'revision') or '0')
local field = 'document:' .. ARGV[1]
if newest + 1 ~= tonumber(ARGV[1]) then
  -- The same turn may ask again when an answer was lost on its way.
  local again = redis.call('HGET', definitions, 'revision') == ARGV[1]
    and redis.call('HGET', definitions, 'fence') == ARGV[2]
    and redis.call('HGET', definitions, field) == ARGV[3]
  return again and 1 or 0
end
if (redis.call('GET', fence) or '0') ~= ARGV[2] then return 0 end
redis.call('HSET', definitions, 'revision', ARGV[1], 'fence', ARGV[2], field, ARGV[3],
  'origin:' .. ARGV[1], ARGV[4])
local kept = {}
for _, name in ipairs(redis.call('HKEYS', definitions)) do
  local number = string.match(name, '^document:(%d+)$')
  if number then kept[#kept + 1] = number end
end
table.sort(kept, function(one, other) return tonumber(one) > tonumber(other) end)
local bytes = 0
for place, number in ipairs(kept) do
  bytes = bytes + redis.call('HSTRLEN', definitions, 'document:' .. number)
  local isTooMuch = place > tonumber(ARGV[5]) or bytes > tonumber(ARGV[6])
  if place > tonumber(ARGV[7]) and isTooMuch then
    redis.call('HDEL', definitions, 'document:' .. number, 'origin:' .. number)
  end
end
keepRecords(control, controlIds, 8)
tell()
return 1`,
);
