// Writes files in MaxMind's DB format (search tree, data section, metadata), so that tests run the real
// reader on real files.

export type MmdbValue =
  | string
  | number
  | boolean
  | bigint
  | readonly MmdbValue[]
  | { readonly [key: string]: MmdbValue };

export interface MmdbFile {
  /** Networks in CIDR notation, and what is known of them. A smaller network inside a larger one wins. */
  readonly networks: Readonly<Record<string, MmdbValue>>;
  /** 6 unless said otherwise; addresses of IPv4 then lie in `::/96`. */
  readonly ipVersion?: 4 | 6;
  /** Bits; 24 unless said otherwise. */
  readonly recordSize?: 24 | 28 | 32;
  readonly databaseType?: string;
}

/** A child is another node, a place in the data section, or nothing. */
type Child = Node | { readonly dataOffset: number } | null;
interface Node {
  readonly children: [Child, Child];
}

const SEPARATOR_BYTES = 16;
const METADATA_MARKER = Buffer.from("abcdef4d61784d696e642e636f6d", "hex");

export function mmdbOf(file: MmdbFile): Buffer {
  const { ipVersion = 6, recordSize = 24, databaseType = "Test-City" } = file;
  const data = new DataSection();
  const root: Node = { children: [null, null] };
  // The larger networks first: what is inside one then takes its part of it.
  const networks = Object.entries(file.networks).map(([cidr, value]) => {
    return { bits: networkBits(cidr, ipVersion), value };
  });
  networks.sort((a, b) => a.bits.length - b.bits.length);
  for (const { bits, value } of networks) insert(root, bits, { dataOffset: data.add(value) });

  const nodes = numberNodes(root);
  const tree = Buffer.concat(
    [...nodes.keys()].map((node) => {
      const records = node.children.map((child) => recordOf(child, nodes));
      return nodeBytes(records[0] ?? 0, records[1] ?? 0, recordSize);
    }),
  );
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_767_225_600n,
    database_type: databaseType,
    description: { en: "A database of the tests" },
    ip_version: ipVersion,
    languages: ["en"],
    node_count: nodes.size,
    record_size: recordSize,
  });
  const separator = Buffer.alloc(SEPARATOR_BYTES);
  return Buffer.concat([tree, separator, data.bytes(), METADATA_MARKER, metadata]);
}

/** A record in the layout of city databases. */
export function placeRecord(
  country: string,
  more: Readonly<Record<string, MmdbValue>> = {},
): MmdbValue {
  return { country: { iso_code: country, names: { en: country } }, ...more };
}

function insert(root: Node, bits: string, leaf: { readonly dataOffset: number }): void {
  let node = root;
  for (const [depth, bit] of [...bits].entries()) {
    const side = bit === "1" ? 1 : 0;
    if (depth === bits.length - 1) {
      node.children[side] = leaf;
      return;
    }
    const child = node.children[side];
    if (child !== null && "children" in child) {
      node = child;
    } else {
      const split: Node = { children: [child, child] };
      node.children[side] = split;
      node = split;
    }
  }
}

/** The bits of a network's prefix, `"1100…"`. */
function networkBits(cidr: string, ipVersion: 4 | 6): string {
  const [address = "", length = ""] = cidr.split("/");
  const isIpv4 = !address.includes(":");
  if (isIpv4 && ipVersion === 4) return ipv4Bits(address).slice(0, Number(length));
  if (isIpv4) return "0".repeat(96) + ipv4Bits(address).slice(0, Number(length));
  if (ipVersion === 4) throw new Error(`No place for ${cidr} in a tree of IPv4`);
  return ipv6Bits(address).slice(0, Number(length));
}

function ipv4Bits(address: string): string {
  return address
    .split(".")
    .map((octet) => Number(octet).toString(2).padStart(8, "0"))
    .join("");
}

function ipv6Bits(address: string): string {
  const [left = "", right = ""] = address.split("::");
  const groups = (part: string): string[] => (part === "" ? [] : part.split(":"));
  const [head, tail] = [groups(left), groups(right)];
  const zeros = new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

/** Every node and its number, the root first. */
function numberNodes(root: Node): Map<Node, number> {
  const numbers = new Map<Node, number>([[root, 0]]);
  // A map that grows while it is walked is walked to its end.
  for (const node of numbers.keys()) {
    for (const child of node.children) {
      if (child !== null && "children" in child && !numbers.has(child)) {
        numbers.set(child, numbers.size);
      }
    }
  }
  return numbers;
}

function recordOf(child: Child, nodes: ReadonlyMap<Node, number>): number {
  if (child === null) return nodes.size;
  if ("children" in child) return nodes.get(child) ?? nodes.size;
  return nodes.size + SEPARATOR_BYTES + child.dataOffset;
}

function nodeBytes(left: number, right: number, recordSize: 24 | 28 | 32): Buffer {
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 24) {
    bytes.writeUIntBE(left, 0, 3);
    bytes.writeUIntBE(right, 3, 3);
  } else if (recordSize === 28) {
    bytes.writeUIntBE(left & 0xff_ffff, 0, 3);
    bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
    bytes.writeUIntBE(right & 0xff_ffff, 4, 3);
  } else {
    bytes.writeUInt32BE(left, 0);
    bytes.writeUInt32BE(right, 4);
  }
  return bytes;
}

/** Equal strings are written once; later ones point there, as in real files. */
class DataSection {
  readonly #chunks: Buffer[] = [];
  readonly #offsets = new Map<string, number>();
  #length = 0;

  /** Gives where the value lies. */
  add(value: MmdbValue): number {
    const text = JSON.stringify(value);
    const known = this.#offsets.get(text);
    if (known !== undefined) return known;
    const bytes = encode(value, (part) => this.#pointerTo(part));
    const offset = this.#length;
    this.#offsets.set(text, offset);
    this.#chunks.push(bytes);
    this.#length += bytes.length;
    return offset;
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #pointerTo(text: string): Buffer {
    return pointer(this.add(text));
  }
}

const TYPE = {
  pointer: 1,
  text: 2,
  double: 3,
  uint16: 5,
  uint32: 6,
  map: 7,
  uint64: 9,
  array: 11,
  boolean: 14,
};
/** Numbers of types up to this one stand in the first byte. */
const MAX_SHORT_TYPE = 7;

/** `share` may stand in for strings inside maps and arrays, by a pointer to where one lies already. */
function encode(value: MmdbValue, share?: (text: string) => Buffer): Buffer {
  const inner = (part: MmdbValue): Buffer =>
    typeof part === "string" && share !== undefined ? share(part) : encode(part, share);
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "utf8");
    return Buffer.concat([control(TYPE.text, bytes.length), bytes]);
  }
  if (typeof value === "boolean") return control(TYPE.boolean, value ? 1 : 0);
  if (typeof value === "bigint") return encodeUint(TYPE.uint64, value);
  if (typeof value === "number") {
    if (Number.isInteger(value) && value >= 0) return encodeUint(TYPE.uint32, BigInt(value));
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(TYPE.double, 8), bytes]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([control(TYPE.array, value.length), ...value.map(inner)]);
  }
  const entries = Object.entries(value);
  const parts = entries.flatMap(([key, part]) => [inner(key), inner(part)]);
  return Buffer.concat([control(TYPE.map, entries.length), ...parts]);
}

/** As few bytes as the number needs. */
function encodeUint(type: number, value: bigint): Buffer {
  const digits = value === 0n ? "" : value.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return Buffer.concat([control(type, bytes.length), bytes]);
}

/** Type and size. A size of 29 and more has bytes of its own. */
function control(type: number, size: number): Buffer {
  const first = type <= MAX_SHORT_TYPE ? type << 5 : 0;
  const typeBytes = type <= MAX_SHORT_TYPE ? [] : [type - MAX_SHORT_TYPE];
  if (size < 29) return Buffer.from([first | size, ...typeBytes]);
  if (size < 285) return Buffer.from([first | 29, ...typeBytes, size - 29]);
  if (size < 65_821) {
    const rest = size - 285;
    return Buffer.from([first | 30, ...typeBytes, rest >> 8, rest & 0xff]);
  }
  const rest = size - 65_821;
  return Buffer.from([first | 31, ...typeBytes, rest >> 16, (rest >> 8) & 0xff, rest & 0xff]);
}

/** The three shorter forms, each with its own beginning. */
function pointer(offset: number): Buffer {
  if (offset < 2048) {
    return Buffer.from([(TYPE.pointer << 5) | (offset >> 8), offset & 0xff]);
  }
  if (offset < 526_336) {
    const rest = offset - 2048;
    return Buffer.from([
      (TYPE.pointer << 5) | (1 << 3) | (rest >> 16),
      (rest >> 8) & 0xff,
      rest & 0xff,
    ]);
  }
  const rest = offset - 526_336;
  const bytes = [rest >> 24, (rest >> 16) & 0xff, (rest >> 8) & 0xff, rest & 0xff];
  return Buffer.from([(TYPE.pointer << 5) | (2 << 3) | (bytes[0] ?? 0), ...bytes.slice(1)]);
}
