// Calls of the management plane that nobody in good faith would make, from a seed: of each call that the API
// describes, mostly one thing is wrong, since code breaks where input is nearly right.

import type { Random } from "./random.ts";

export interface DescribedRoute {
  readonly method: string;
  /** Such as `/v1/traits/{id}`. */
  readonly path: string;
  readonly queryNames: readonly string[];
  /** Null where it takes none. */
  readonly body: { readonly type: string; readonly schema: Schema } | null;
}

type Schema = Readonly<Record<string, unknown>>;

export interface HostileCall {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Every call of an OpenAPI document. */
export function routesOf(document: unknown): readonly DescribedRoute[] {
  const entries = (value: unknown): [string, unknown][] => Object.entries(Object(value));
  return entries(Object(document).paths).flatMap(([path, methods]) =>
    entries(methods).map(([method, call]): DescribedRoute => {
      const { parameters = [], requestBody } = Object(call);
      const queries = parameters.filter((each: unknown) => Object(each).in === "query");
      const [content] = entries(Object(requestBody).content);
      return {
        ...{ method: method.toUpperCase(), path },
        queryNames: queries.map((each: unknown) => String(Object(each).name)),
        body:
          content === undefined
            ? null
            : { type: content[0], schema: Object(Object(content[1]).schema) },
      };
    }),
  );
}

const TEXTS: readonly string[] = [
  ...["", " ", "0", "-1", "1e999", "NaN", "-0", "null", "true", "[]", "{}", "a", "ACTIVE", "x,y"],
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "prototype", "ic:", "ic:__proto__"],
  ...["9".repeat(15), "9".repeat(40), "0x10", "1.5", "%", "%zz", "../..", "a/b", "~1", "\\", '"'],
  ...["\u0000", "\r\nX: 1", "\ud800", "\udfff\ud800", "\u202e", "é", "𝒳", "\u{10ffff}", "\t"],
  ...["<script>", "'; --", "${x}", "{{x}}", "5001T", "5001T AND", 'key1 == "val1"', "NOT NOT"],
  ...["(".repeat(5_000), `${"NOT ".repeat(3_000)}5001T`, "frequency([5001T] >= 1D) >= 99999999999"],
  ...["a matchesregex '(a+)+$'", "//s.example/%d_uuid%", "https://a.example/?%ALIAS%", "\u2028"],
  ...[
    "x".repeat(300),
    "y".repeat(70_000),
    "2026-02-31",
    "+275761-01-01T00:00:00Z",
    "8".repeat(309),
  ],
];
const NUMBERS: readonly number[] = [
  ...[
    0,
    -0,
    1,
    -1,
    2,
    1.5,
    1e15,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    1e308,
    5e-324,
    1957,
    1958,
    5001,
  ],
  ...[1002, 2 ** 31, 2 ** 32, 1e21],
];
/** As JSON writes it, or nearly. */
const ODD_JSON: readonly string[] = [
  ...["1e999", "-1e999", "-0", "1E400", '"\\ud800"', '"\\u0000"', "[[[[]]]]", '{"__proto__":{}}'],
  ...['{"__proto__":null,"constructor":{"prototype":1}}', '{"toString":1,"valueOf":2}', "[null]"],
  ...['{"length":1e9}', '{"then":1}', '{"toJSON":"x"}', "[1,[2,[3]]]", '"a"', "{}", "[]", "null"],
  ...["[".repeat(400) + "]".repeat(400), `${'{"a":'.repeat(300)}1${"}".repeat(300)}`],
];
const BROKEN_BODIES: readonly string[] = [
  ...["", " ", "{", "[1,", '{"a":', '"', "nul", "{'a':1}", "\ufeff{}", "a=1&b=2", "name,x\n1,2\n"],
  ...["\u0000", "{}{}", "[1]]", "NaN", "-", "<a/>", '{"name":"\\x"}', "undefined", "1e5", '"text"'],
  ...["[".repeat(100_000), "[".repeat(50_000) + "]".repeat(50_000)],
  ...[
    `[${"1,".repeat(99_999)}1]`,
    `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`,
    "[".repeat(9),
  ],
  ...[
    '"sid","name"\n"1',
    `name\n${"x\n".repeat(3_000)}`,
    "a,a\n1,2",
    ",,,\n,,,",
    "\n\n\n",
    "name\r\rx",
  ],
];
const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ["if-match", ["*", '""', '"x"', 'W/"x"', ",,,", "x".repeat(4_000), '"a", "b"', " "]],
  ["if-none-match", ["*", '"x"', ",", "W/"]],
  [
    "accept",
    ["*/*", "text/html", "application/*;q=0", "", ",", "application/x-ndjson", "text/csv"],
  ],
  [
    "content-type",
    [
      ...[
        "application/json",
        "application/json; charset=utf-16",
        "text/csv",
        "text/plain",
        "x",
        "/",
      ],
      ...["application/x-www-form-urlencoded", "multipart/form-data", "application/json;;", ""],
    ],
  ],
  ["cookie", ["dunlin_session=x", ";;;", "=", "dunlin_session", "a=".repeat(2_000), "__proto__=1"]],
  ["expect", ["100-continue"]],
  ["x-forwarded-for", ["::1", "x", ",,,"]],
  ["origin", ["null", "https://evil.example", "x"]],
  ["x-csrf-token", ["x", ""]],
  ["content-encoding", ["gzip", "br", "x"]],
  ["range", ["bytes=0-1"]],
  ["dunlin-revision", ["1", "x"]],
];
const AUTHORIZATIONS: readonly string[] = [
  ...[
    "",
    "Bearer",
    "Bearer ",
    "Bearer x y",
    "Basic eDp5",
    "Basic",
    "Basic ====",
    "bearer __proto__",
  ],
  ...[`Bearer ${"x".repeat(5_000)}`, "Digest a=1", "Bearer \u00ff", "Bearer dunlin_x"],
];

export interface HostileWorld {
  readonly random: Random;
  /** Headers that say who calls. */
  readonly who: Readonly<Record<string, string>>;
  /** IDs of objects that there are, by the first part of the path that they stand in; by "" of all. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

interface CallWorld extends HostileWorld {
  /** The chance of each value of a body to be anything. */
  readonly noise: number;
  readonly path: string;
}

export function hostileCall(route: DescribedRoute, given: HostileWorld): HostileCall {
  const { random, who } = given;
  const world = { ...given, noise: random.pick([0, 0, 0.05, 0.15]), path: route.path };
  const headers: Record<string, string> = { ...who };
  const body = hostileBody(route, world);
  if (body !== null) headers["content-type"] = route.body?.type ?? "application/json";
  while (random.chance(2 * world.noise)) {
    const [name, values] = random.pick(HEADERS);
    headers[name] = random.pick(values);
  }
  if (random.chance(0.02)) headers["authorization"] = random.pick(AUTHORIZATIONS);
  const method = random.chance(0.03)
    ? random.pick(["HEAD", "OPTIONS", "PATCH", "TRACE", "DELETE", "PUT"])
    : route.method;
  return { method, target: hostileTarget(route, world), headers, body };
}

function hostileTarget({ path, queryNames }: DescribedRoute, world: CallWorld): string {
  const { random } = world;
  const filled = path.replace(/\{([A-Za-z]+)\}/g, (_, name) => pathPart(String(name), world));
  const spelt = random.chance(0.05)
    ? random.pick([`/api${filled}`, `${filled}/`, `/${filled}`])
    : filled;
  const pairs: string[] = random.chance(0.9) ? ["pid=1957"] : [];
  while (random.chance(0.35)) {
    const isKnown = queryNames.length > 0 && random.chance(0.85);
    pairs.push(`${isKnown ? random.pick(queryNames) : encoded(random)}=${encoded(random)}`);
  }
  if (random.chance(0.02))
    pairs.push(random.pick(["&&&", "=", "a", "a[b]=1", "%", "?", "a=1;b=2"]));
  return pairs.length === 0 ? spelt : `${spelt}?${pairs.join("&")}`;
}

function pathPart(name: string, world: CallWorld): string {
  const { random } = world;
  if (name === "pid" && random.chance(0.9)) return "1957";
  if (name === "operation") return random.pick(["create", "update", "delete", "request", "x"]);
  if (name === "kind") return random.pick(["traits", "segments", "destinations", "__proto__"]);
  if (random.chance(0.75)) return someId(world);
  const text = encoded(random);
  return text === "" ? "x" : text;
}

/** Mostly of what the call is about. */
function someId({ random, ids, path }: CallWorld): string {
  const own = [...ids].find(([start]) => start !== "" && path.startsWith(`/v1/${start}`))?.[1];
  return random.pick(own !== undefined && random.chance(0.9) ? own : (ids.get("") ?? ["1"]));
}

/** Lone surrogates have no octets, and become what decoders put in their place. */
function encoded(random: Random): string {
  const text = random.pick(TEXTS).slice(0, random.chance(0.1) ? 6_000 : 200);
  if (random.chance(0.1))
    return random.pick(["%", "%ff", "%00", "%c0%80", "%e2%82", "%2f", "%25", "+"]);
  return encodeURIComponent(text.toWellFormed());
}

function hostileBody(route: DescribedRoute, world: CallWorld): string | null {
  const { random } = world;
  if (route.method === "GET") return random.chance(0.02) ? random.pick(BROKEN_BODIES) : null;
  if (random.chance(world.noise)) return random.pick(BROKEN_BODIES);
  if (route.path === "/oauth/token") return hostileForm(random);
  if (route.body === null) return random.chance(0.3) ? random.pick(ODD_JSON) : null;
  if (route.body.type === "text/csv") return hostileSheet(world);
  return hostileJson(route.body.schema, world, 0);
}

/** A body that is mostly as the schema wants it: what of it is wrong is in no message of a parser. */
export function plausibleBody(
  schema: Schema,
  { random, ids, noise }: Pick<CallWorld, "random" | "ids" | "noise">,
): unknown {
  const writable = Object.entries(Object(schema["properties"])).filter(
    ([, each]) => Object(each).readOnly !== true,
  );
  const bare = { ...schema, properties: Object.fromEntries(writable) };
  return JSON.parse(hostileObject(bare, { random, ids, noise, who: {}, path: "" }, 0));
}

/** JSON as the schema wants it, with a value here and there that is something else. */
function hostileJson(schema: Schema, world: CallWorld, depth: number): string {
  const { random } = world;
  if (random.chance(depth === 0 ? world.noise / 3 : world.noise)) return anyJson(random);
  const choices = schema["enum"];
  if (Array.isArray(choices) && choices.length > 0) return JSON.stringify(random.pick(choices));
  const union = schema["anyOf"];
  if (Array.isArray(union) && union.length > 0) {
    return hostileJson(Object(random.pick(union)), world, depth + 1);
  }
  const { type } = schema;
  switch (Array.isArray(type) ? random.pick(type) : type) {
    case "object":
      return hostileObject(schema, world, depth);
    case "array": {
      const count = random.chance(0.01) ? 20_000 : random.below(4);
      const item = hostileJson(Object(schema["items"]), world, depth + 1);
      return `[${new Array(count).fill(item).join(",")}]`;
    }
    case "integer":
    case "number":
      return random.chance(0.7) ? someId(world) : JSON.stringify(random.pick(NUMBERS));
    case "boolean":
      return random.pick(["true", "false"]);
    case "null":
      return "null";
    default:
      return JSON.stringify(random.chance(0.5) ? `A ${random.below(1e6)}` : random.pick(TEXTS));
  }
}

function hostileObject(schema: Schema, world: CallWorld, depth: number): string {
  const { random } = world;
  const properties: readonly [string, unknown][] = Object.entries(Object(schema["properties"]));
  const required = new Set<unknown>(Array.isArray(schema["required"]) ? schema["required"] : []);
  const likely = random.pick([0.1, 0.5, 1]);
  const members = properties.flatMap(([name, each]) => {
    if (!random.chance(required.has(name) ? 0.95 : likely)) return [];
    const good = GOOD.get(name);
    const value =
      good !== undefined && random.chance(1 - 2 * world.noise) ? random.pick(good) : null;
    const text = value ?? hostileJson(Object(each), world, depth + 1);
    return random.chance(0.01)
      ? [member(name, text), member(name, anyJson(random))]
      : member(name, text);
  });
  if (random.chance(0.08)) members.push(member(random.pick(TEXTS), anyJson(random)));
  return `{${members.join(",")}}`;
}

const member = (name: string, json: string): string => `${JSON.stringify(name)}:${json}`;

/** What makes a body pass the first checks, so that the later ones are met. */
const GOOD = new Map<string, readonly string[]>(
  Object.entries({
    traitType: ['"RULE_BASED_TRAIT"', '"ON_BOARDED_TRAIT"', '"ALGO_TRAIT"'],
    traitRule: ['"key1 == \\"val1\\""', '"a > 5"', "null"],
    segmentRule: ['"5001T"', '"5001T AND NOT 5002T"', '"frequency([5001T] >= 7D) >= 2"'],
    code: ['"5001T"', '"a == \\"b\\""'],
    dataSourceId: ["1002", "1001"],
    folderId: ["0"],
    parentFolderId: ["0"],
    destinationType: ['"PUSH"', '"ADS"', '"S2S"', '"COOKIE"', '"URL"'],
    crossDevice: ['"NONE"', '"LAST_AUTHENTICATED"', '"CURRENT_AUTHENTICATED"'],
    device: ['"DEVICE"', '"NONE"', '"DEVICE_GRAPH"'],
    status: ['"ACTIVE"', '"INACTIVE"'],
    orgId: ['"ABCDEFABCDEFABCDEFABCDEF@AdobeOrg"'],
    mergeRuleDataSourceId: ["null", "0"],
    url: ['"https://a.example/?x=%ALIAS%"', '"a.example"'],
    role: ['"viewer"', '"editor"'],
  }),
);

function anyJson(random: Random): string {
  const kind = random.next();
  if (kind < 0.35) return JSON.stringify(random.pick(TEXTS));
  return kind < 0.6 ? JSON.stringify(random.pick(NUMBERS)) : random.pick(ODD_JSON);
}

function hostileForm(random: Random): string {
  const names = ["grant_type", "username", "password", "refresh_token", "client_id", "__proto__"];
  const pairs: string[] = [];
  while (random.chance(0.7)) {
    const value = random.chance(0.4)
      ? random.pick(["password", "refresh_token", "client_credentials"])
      : encoded(random);
    pairs.push(`${random.pick(names)}=${value}`);
  }
  return pairs.join("&");
}

const COLUMNS = [
  "sid",
  "name",
  "dataSourceId",
  "folderId",
  "traitType",
  "segmentRule",
  "traitRule",
];

function hostileSheet(world: CallWorld): string {
  const { random } = world;
  const columns = COLUMNS.filter(() => random.chance(0.7));
  if (random.chance(0.1)) columns.push(random.pick(TEXTS));
  const quoted = (text: string): string =>
    random.chance(0.9) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = [columns.map(quoted).join(",")];
  for (let rows = random.below(5); rows > 0; rows -= 1) {
    const cells = columns.map((name) => {
      if (random.chance(0.2)) return random.pick(TEXTS);
      return random.pick(
        GOOD.get(name)?.map((each) => each.replaceAll('"', "")) ?? [someId(world)],
      );
    });
    lines.push(cells.map(quoted).join(","));
  }
  return lines.join(random.pick(["\n", "\n", "\r\n", "\r"]));
}
