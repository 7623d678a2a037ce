const POOL_BYTES = 4096;

/**
 * Random bytes by the slice: one request to the system's source fills a buffer that serves hundreds of
 * calls. No byte is given out twice.
 */
export function pooledRandomBytes(fill: (count: number) => Buffer): (count: number) => Buffer {
  let pool: Buffer = Buffer.alloc(0);
  let offset = 0;
  return (count) => {
    if (offset + count > pool.length) {
      pool = fill(Math.max(POOL_BYTES, count));
      offset = 0;
    }
    const bytes = pool.subarray(offset, offset + count);
    offset += count;
    return bytes;
  };
}
