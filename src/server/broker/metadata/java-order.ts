// The order in which Java's hash maps give their keys, so that the config files that we write are
// the ones that RocketMQ would have written, byte for byte.

import { hashCode } from '../../../protocol/properties.js';

/** Buckets of a `new ConcurrentHashMap<>(n)`: the power of two above 1.5 n. */
export const JavaBuckets = { map512: 1024, map1024: 2048, default: 16 } as const;

/**
 * A table in the order of a Java hash map that was made with so many buckets: by bucket, within
 * one by the order of insertion.
 */
export function inJavaOrder<T>(
  table: ReadonlyMap<string, T>,
  firstBuckets: number = JavaBuckets.default,
): Map<string, T> {
  let buckets = firstBuckets;
  while (table.size >= buckets * 0.75) buckets *= 2;
  const rows = [...table].map(([key, value]) => {
    const hash = hashCode(key);
    return { bucket: (hash ^ (hash >>> 16)) & (buckets - 1), key, value };
  });
  rows.sort((a, b) => a.bucket - b.bucket);
  return new Map(rows.map(({ key, value }) => [key, value]));
}
