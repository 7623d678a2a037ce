// The table of rooms: who may import whom, and which package lives where. Changing it is a decision:
// docs/decisions/ says why.

import { posix } from "node:path";
import { type Import, importsOf, packageOf } from "./imports.ts";
import { type Code, isTest, type SourceTree } from "./source-tree.ts";

interface Room {
  /** Rooms, or single files of rooms, that this one may import. Tests are free. */
  readonly imports: readonly string[];
  /** Packages that live here and nowhere else. */
  readonly packages: readonly string[];
  /** Node's own modules; "all" but for those that have a home elsewhere. */
  readonly builtins: readonly string[] | "all";
}

const CONTRACT = "@dunlin/contract";

export const ROOMS: Readonly<Record<string, Room>> = {
  model: { imports: [], packages: [], builtins: [] },
  rules: { imports: ["model"], packages: ["re2js"], builtins: [] },
  identity: { imports: ["model"], packages: [], builtins: ["node:crypto"] },
  // A checksum of a record needs no machine.
  profiles: { imports: ["model"], packages: [], builtins: ["node:zlib"] },
  delivery: { imports: ["model"], packages: [], builtins: [] },
  stores: {
    imports: [
      ...["profiles", "catalog/definition-store", "group/group-store", "model"],
      ...["control/control-store", "control/kept-records"],
    ],
    packages: ["lmdb", "ioredis"],
    builtins: "all",
  },
  catalog: {
    imports: [
      ...["rules", "delivery", "identity", "model"],
      ...["control/control-store", "control/object-records"],
    ],
    packages: ["yaml"],
    builtins: [],
  },
  // What is odd about definitions that are legal.
  lint: { imports: ["catalog", "rules", "model"], packages: [], builtins: [] },
  // Nodes that share a store: who lives, and whose turn it is to publish.
  group: { imports: ["catalog/definition-store", "ops/log", "model"], packages: [], builtins: [] },
  event: {
    imports: [
      ...["rules", "catalog/snapshot", "profiles/store", "profiles/visitor-store"],
      ...["delivery/plan", "delivery/id-syncs", "identity", "model"],
    ],
    packages: [],
    builtins: [],
  },
  // How many visitors are in segments: the rules that serve calls, over all stored profiles.
  population: {
    imports: ["catalog", "rules", "event/qualify/qualify", "profiles", "model"],
    packages: [],
    builtins: [],
  },
  // The event room says what it wants to know of places and devices; these two find it out.
  geo: { imports: ["event/geo/geo-lookup"], packages: ["mmdb-lib"], builtins: "all" },
  devices: {
    imports: ["event/device-signals/device-facts", "event/device-signals/describe-device"],
    packages: ["bowser"],
    builtins: [],
  },
  ops: {
    imports: ["model"],
    packages: [
      ...["pino", "prom-client", "@opentelemetry/api", "@opentelemetry/sdk-trace-base"],
      ...["@opentelemetry/resources", "@opentelemetry/exporter-trace-otlp-http"],
    ],
    builtins: "all",
  },
  // What the management plane keeps beside definitions.
  control: { imports: ["model"], packages: [], builtins: ["node:crypto"] },
  // Who calls the management plane, and what they may.
  access: { imports: ["control", "model"], packages: [], builtins: ["node:crypto"] },
  admin: {
    imports: [
      ...[
        "access/caller",
        "access/etag",
        "control/object-records",
        "control/model-runs",
        "catalog",
        "rules",
        "population",
        "profiles/store",
        "profiles/visitor-store",
        "model",
      ],
      ...["event/explain/explain"],
    ],
    packages: [],
    builtins: "all",
  },
  http: {
    imports: ["event", "admin", "access", "catalog", "ops", "model"],
    packages: [
      ...["fastify", "@fastify/swagger", "typebox", "ipaddr.js", "openid-client"],
      ...["csv-parse", "csv-stringify"],
    ],
    builtins: "all",
  },
  // What the incumbent's API answered becomes a workspace: pure, files come as values.
  migration: { imports: ["catalog", "model"], packages: [], builtins: [] },
  config: { imports: ["model"], packages: [], builtins: "all" },
  // Cases for rules, run through the pipeline of calls without a node.
  "rule-tests": {
    imports: [
      ...["catalog", "event/handle-event", "event/explain/explain", "event/world"],
      ...["event/parse/raw-call", "stores/memory/memory-visitor-store", "devices/detect-device"],
      ...["ops/clock", "model"],
    ],
    packages: [],
    builtins: [],
  },
  cli: {
    imports: [
      ...["config", "catalog", "rules", "lint", "rule-tests", "model"],
      "migration/import-workspace",
    ],
    packages: [],
    builtins: "all",
  },
  node: { imports: ["*"], packages: [], builtins: "all" },
  main: { imports: ["*"], packages: [], builtins: "all" },
};

/** Built-in modules with one home. */
const BUILTIN_HOMES: Readonly<Record<string, readonly string[]>> = {
  "node:http": ["http"],
  "node:https": ["http"],
  // main.ts asks which process it is.
  "node:cluster": ["node", "main"],
};

/** Sub-rooms whose front door has another name than the sub-room, or that have two. */
const FRONT_DOORS: Readonly<Record<string, readonly string[]>> = {
  "admin/reference": ["categories.ts", "regions.ts", "trait-types.ts"],
  // What a resource is, what is done with one, and what several have in common.
  "admin/resources": [
    ...["resource-kind.ts", "definition-desk.ts", "definitions-view.ts", "list-options.ts"],
    ...["read-resources.ts", "change-resources.ts", "replace-merge-rules.ts", "validate-rules.ts"],
    ...["folder-tree.ts", "limits.ts", "all-limits.ts", "all-kinds.ts", "settings.ts"],
    "metric-keys.ts",
  ],
  "admin/resources/models": ["model-keys.ts", "model-users.ts", "plan-models.ts", "read-models.ts"],
  "admin/resources/bulk": ["change-rows.ts", "sheet-kinds.ts"],
  "admin/resources/destinations": [
    ...["export-controls.ts", "mapping-keys.ts", "plan-mappings.ts", "read-mappings.ts"],
  ],
  // Each resource is a door.
  "admin/resources/kinds": [
    ...["traits.ts", "segments.ts", "folders.ts", "destinations.ts", "data-sources.ts"],
    ...["derived-signals.ts", "merge-rules.ts", "partner-sites.ts", "id-syncs.ts", "partners.ts"],
  ],
  "cli/import": ["import-command.ts"],
  "catalog/steps": ["workspace-step.ts", "take-step.ts"],
  "stores/redis": ["redis-visitor-store.ts", "redis-control.ts"],
  "stores/redis/slots": ["slot-transactions.ts", "slot-draft.ts"],
  "access/sign-in": [
    ...["sign-in.ts", "sessions.ts", "token-grants.ts", "own-password.ts", "foreign-users.ts"],
  ],
  "event/declared-ids": [
    ...["declared-ids.ts", "read-declared-ids.ts", "screen-declared-ids.ts", "choose-device.ts"],
    ...["link-changes.ts", "device-consent.ts", "declared-id-for.ts"],
  ],
  "event/device-signals": ["device-signals.ts", "device-facts.ts", "describe-device.ts"],
  "event/geo": ["geo.ts", "geo-lookup.ts", "geo-signals.ts"],
  "event/gates": ["open-call.ts", "identify-visitor.ts", "guard.ts", "stop.ts"],
  "event/id-service": ["handle-id.ts"],
  "event/id-sync": ["handle-sync.ts", "handle-sync-page.ts", "sync-path.ts"],
  "event/opt-out": ["handle-opt-out.ts", "refused-consent.ts"],
  "event/strict": ["strict.ts", "hints.ts"],
  "event/parse": ["parse.ts", "raw-call.ts", "parameters.ts", "control.ts", "headers.ts"],
  "event/qualify": ["qualify.ts", "write-plan.ts"],
  "http/collection": ["collection-server.ts"],
  "http/collection/wire": ["wire-server.ts"],
  "http/management": ["management-server.ts"],
  // Whose schemas are described beside those of resources.
  "http/management/access": ["access-routes.ts", "user-schemas.ts", "group-routes.ts"],
  "node/backups": ["backups.ts", "store-door.ts"],
  "node/counting": ["counting.ts"],
  "node/ending": ["stop-signals.ts"],
  "node/linting": ["linting.ts"],
  "node/publishing": [
    ...["publisher.ts", "served-definitions.ts", "follow-store.ts"],
    ...["published-desk.ts", "revision-records.ts"],
  ],
  "rules/trait-rule": ["trait-rule.ts", "spelling.ts"],
  "rules/regex": ["regex.ts", "regex-group.ts"],
  "stores/lmdb": [
    ...["environment.ts", "lmdb-visitor-store.ts", "lmdb-definition-store.ts"],
    ...["lmdb-control-store.ts"],
  ],
  "stores/memory": [
    ...["memory-visitor-store.ts", "memory-definition-store.ts", "memory-control-store.ts"],
  ],
  "rules/segment-rule": ["segment-rule.ts", "trait-lookup.ts"],
};

export function roomFaults(tree: SourceTree): string[] {
  return tree.code
    .filter((code) => code.path.startsWith("src/") && !isTest(code.path))
    .flatMap((code) => importsOf(code).flatMap((one) => faultOf(code, one) ?? []));
}

/** A file directly in src/ is a room of its own, or belongs to the folder of its name. */
function roomOf(path: string): string {
  return (
    path
      .replace(/^src\//, "")
      .replace(/\.[jt]s$/, "")
      .split("/")[0] ?? ""
  );
}

function faultOf(code: Code, one: Import): string | null {
  const name = roomOf(code.path);
  const room = ROOMS[name];
  const from = code.path.replace(/^src\//, "");
  const place = `(line ${one.line})`;
  if (room === undefined) return `${from} lies in no room of the table in test/tidy/rooms.ts.`;
  if (one.file === null) return outsideFault(name, room, from, one);
  if (!one.file.startsWith("src/"))
    return `${from} may not import ${one.file}, which is not part of the server ${place}.`;

  const target = one.file.replace(/^src\//, "").replace(/\.[jt]s$/, "");
  const targetRoom = roomOf(one.file);
  if (targetRoom !== name && !allows(room, target, targetRoom)) {
    return `${from} may not import from ${targetRoom}/: it wants ${target} ${place}.`;
  }
  return frontDoorFault(code.path, one.file, place);
}

function allows(room: Room, target: string, targetRoom: string): boolean {
  return room.imports.some((name) => name === "*" || name === targetRoom || name === target);
}

function outsideFault(name: string, room: Room, from: string, one: Import): string | null {
  const place = `(line ${one.line})`;
  if (one.specifier.startsWith("node:")) {
    const homes = BUILTIN_HOMES[one.specifier];
    if (homes !== undefined && !homes.includes(name)) {
      return `${from} may not import ${one.specifier}, which lives in ${homes[0]}/ ${place}.`;
    }
    if (room.builtins === "all" || room.builtins.includes(one.specifier)) return null;
    return `${from} may not import ${one.specifier}: ${name}/ does without Node's modules ${place}.`;
  }
  const wanted = packageOf(one.specifier);
  if (wanted === null || wanted === CONTRACT || room.packages.includes(wanted)) return null;
  const home = Object.entries(ROOMS).find(([, other]) => other.packages.includes(wanted))?.[0];
  return home === undefined
    ? `${from} may not import ${wanted}, which has no home in test/tidy/rooms.ts ${place}.`
    : `${from} may not import ${wanted}, which lives in ${home}/ ${place}.`;
}

/** A neighbour of a sub-room sees only the file that is named after it. What lies right above it is its owner. */
function frontDoorFault(importer: string, target: string, place: string): string | null {
  const [, , ...inside] = target.split("/");
  if (inside.length < 2) return null;
  const folder = target.slice(0, target.lastIndexOf("/"));
  const isInside = importer.startsWith(`${folder}/`);
  const isOwner = posix.dirname(importer) === posix.dirname(folder);
  if (isInside || isOwner) return null;
  const subRoom = folder.replace(/^src\//, "");
  const doors = FRONT_DOORS[subRoom] ?? [`${folder.slice(folder.lastIndexOf("/") + 1)}.ts`];
  if (doors.includes(target.slice(folder.length + 1))) return null;
  const from = importer.replace(/^src\//, "");
  return `${from} may enter ${subRoom}/ only by ${doors.join(" or ")}, not by ${target.slice(folder.length + 1)} ${place}.`;
}
