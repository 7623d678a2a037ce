// Which of a cluster's slots a key lies in ("Redis cluster specification", Keys distribution model).

const SLOTS = 16_384;
const CRC_POLYNOMIAL = 0x1021;

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ CRC_POLYNOMIAL : crc << 1;
  return crc & 0xffff;
});

/** The slot of all keys that have this text between the braces. */
export function slotOfTag(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag, "utf8")) {
    crc = ((crc << 8) ^ (TABLE[(crc >>> 8) ^ byte] ?? 0)) & 0xffff;
  }
  return crc % SLOTS;
}
