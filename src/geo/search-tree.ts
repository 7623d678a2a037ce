// Whether the search tree of an MMDB file is whole: every record of it leads to another node, to nothing,
// or into the data section. Found out once at start, so that no address finds out later.

/** What the file's metadata says of its tree. */
interface TreeShape {
  readonly binaryFormatMajorVersion: number;
  readonly ipVersion: number;
  readonly nodeCount: number;
  /** Bits. */
  readonly recordSize: number;
  /** Bytes. */
  readonly searchTreeSize: number;
}

/** Zeros between the tree and the data. */
const SEPARATOR_BYTES = 16;
/** Stands before the metadata, which ends the file. */
const METADATA_MARKER = Buffer.from("abcdef4d61784d696e642e636f6d", "hex");
const SUPPORTED_VERSION = 2;

/** What is wrong, as the rest of a sentence; null when all is well. */
export function searchTreeFault(file: Buffer, shape: TreeShape): string | null {
  const { nodeCount, recordSize, searchTreeSize, ipVersion } = shape;
  if (shape.binaryFormatMajorVersion !== SUPPORTED_VERSION) {
    return `its format has version ${shape.binaryFormatMajorVersion}, expected ${SUPPORTED_VERSION}`;
  }
  if (ipVersion !== 4 && ipVersion !== 6) return `its addresses are of IP version ${ipVersion}`;
  if (!Number.isSafeInteger(nodeCount) || nodeCount < 1) return "its search tree is empty";
  const dataStart = searchTreeSize + SEPARATOR_BYTES;
  const dataEnd = file.lastIndexOf(METADATA_MARKER);
  if (dataStart > dataEnd) return "its search tree does not fit into it";
  if (file.subarray(searchTreeSize, dataStart).some((byte) => byte !== 0)) {
    return "its data does not begin where its search tree ends";
  }
  const limit = nodeCount + SEPARATOR_BYTES + (dataEnd - dataStart);
  const read = RECORD_READERS[recordSize];
  if (read === undefined) return `its records have ${recordSize} bits`;
  for (let node = 0; node < nodeCount; node++) {
    const [left, right] = [read.left(file, node), read.right(file, node)];
    if (!leadsSomewhere(left, nodeCount, limit) || !leadsSomewhere(right, nodeCount, limit)) {
      return `node ${node} of its search tree leads outside`;
    }
  }
  return null;
}

/** To a node, to nothing (the count of nodes itself), or past the separator into the data. */
function leadsSomewhere(record: number, nodeCount: number, limit: number): boolean {
  return record <= nodeCount || (record >= nodeCount + SEPARATOR_BYTES && record < limit);
}

interface RecordReader {
  left(file: Buffer, node: number): number;
  right(file: Buffer, node: number): number;
}

/** By the bits of a record; a node has two. */
const RECORD_READERS: Readonly<Record<number, RecordReader>> = {
  24: {
    left: (file, node) => file.readUIntBE(node * 6, 3),
    right: (file, node) => file.readUIntBE(node * 6 + 3, 3),
  },
  // The byte in the middle holds the highest four bits of both.
  28: {
    left: (file, node) => ((file[node * 7 + 3] ?? 0) >> 4) * 2 ** 24 + file.readUIntBE(node * 7, 3),
    right: (file, node) => file.readUInt32BE(node * 7 + 3) & 0x0fff_ffff,
  },
  32: {
    left: (file, node) => file.readUInt32BE(node * 8),
    right: (file, node) => file.readUInt32BE(node * 8 + 4),
  },
};
