// Every row, in the order in which they run: what it answers and which figures it gives.

import type { ListedRow } from "./choose-rows.ts";
import type { Row } from "./harness.ts";
import { CALL_ROW } from "./rows/call.ts";
import { DURABILITY_ROW } from "./rows/durability.ts";
import { EVENT_ROW } from "./rows/event.ts";
import { FLATNESS_ROW } from "./rows/flatness.ts";
import { INPUT_ROW } from "./rows/input.ts";
import { MATCH_ROW } from "./rows/match.ts";
import { PIXEL_ROW } from "./rows/pixel.ts";
import { PROFILE_BYTES_ROW } from "./rows/profile-bytes.ts";
import { PUBLISH_ROW } from "./rows/publish.ts";
import { PUBLISH_MEMORY_ROW } from "./rows/publish-memory.ts";
import { RECORD_ROW } from "./rows/record.ts";
import { REDIS_ROW } from "./rows/redis.ts";
import { SCALE_ROW } from "./rows/scale.ts";
import { SIZE_ROW } from "./rows/size.ts";

export type TableRow = Row & ListedRow;

export const ROWS: readonly TableRow[] = [
  listed(
    EVENT_ROW,
    "a call of a real node against a bare HTTP server, and its slowest of a hundred",
    ["event.vs_http", "event.cpu_vs_http", "event.tail"],
  ),
  listed(CALL_ROW, "a call without a server: CPU time and garbage", [
    ...["call.us", "call.logic_us", "call.browser_logic_us"],
  ]),
  listed(PIXEL_ROW, "the pixel against nginx's constant one", ["pixel.vs_nginx"]),
  listed(FLATNESS_ROW, "calls with 100,000 traits against calls with 100", ["event.flatness"]),
  listed(
    PUBLISH_ROW,
    "how soon a changed trait of 100,000 is served, and a node over 1,000,000 profiles",
    [...["publish.p99_ms", "publish.failures", "start.ms"]],
  ),
  listed(PUBLISH_MEMORY_ROW, "what definitions take in memory, and what a step adds", [
    ...["publish_memory.thread", "publish_memory.base"],
    ...["publish_memory.step_1", "publish_memory.step_2000"],
  ]),
  listed(DURABILITY_ROW, "what safety costs: fsync and commit against off", [
    ...["durability.fsync_vs_off", "durability.commit_vs_off"],
  ]),
  listed(REDIS_ROW, "a call over a Redis Cluster against a GET and a SET", ["redis.event_vs_ping"]),
  listed(SCALE_ROW, "what a visitor and a call cost, for docs/scale.md", [
    ...["scale.lmdb_bytes_per_visitor", "scale.redis_bytes_per_visitor"],
    ...["scale.redis_bytes_beside_values", "scale.caller_bytes", "scale.node_cpu_lmdb"],
    ...["scale.node_cpu_lmdb_full", "scale.node_cpu_redis", "scale.node_cpu_redis_full"],
    ...["scale.redis_cpu", "scale.redis_cpu_full", "scale.redis_commands", "scale.redis_bytes_in"],
    ...["scale.redis_bytes_out", "scale.redis_bytes_replicated"],
  ]),
  listed(SIZE_ROW, "how many of 1,000,000 visitors are in a segment, exactly, beside calls", [
    ...["size.p95_ms", "size.estimate_p95_ms", "size.event_slowdown"],
  ]),
  listed(RECORD_ROW, "bytes of a profile, by its traits", [
    ...["record.bytes_10", "record.bytes_100", "record.bytes_1000"],
  ]),
  listed(PROFILE_BYTES_ROW, "bytes of a profile against its information", [
    ...["profile_bytes.record_vs_information", "profile_bytes.disk_vs_information"],
    "profile_bytes.memory_vs_information",
  ]),
  listed(MATCH_ROW, "the trait index alone, beside its slow twin and another engine", [
    ...["match.us_100", "match.us_1000", "match.us_10000", "match.us_100000"],
  ]),
  listed(INPUT_ROW, "the dearest call and the dearest rule", ["input.worst_cpu_ms"]),
];

function listed(row: Row, about: string, figures: readonly string[]): TableRow {
  return { ...row, about, figures };
}
