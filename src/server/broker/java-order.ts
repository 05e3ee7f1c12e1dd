// The order in which Java's hash maps give their keys, so that the config files that we write are
// the ones that RocketMQ would have written, byte for byte.

import { hashCode } from '../../protocol/properties.js';

/**
 * A table in the order of a ConcurrentHashMap made with `capacity`: by bucket, within one by the
 * order of insertion.
 */
export function inJavaOrder<T>(table: ReadonlyMap<string, T>, capacity = 16): Map<string, T> {
  // new ConcurrentHashMap(n) takes the power of two above 1.5 n; without n it has 16 buckets.
  let buckets = 16;
  while (capacity > 16 && buckets < capacity * 1.5 + 1) buckets *= 2;
  while (table.size >= buckets * 0.75) buckets *= 2;
  const rows = [...table].map(([key, value]) => {
    const hash = hashCode(key);
    return { bucket: (hash ^ (hash >>> 16)) & (buckets - 1), key, value };
  });
  rows.sort((a, b) => a.bucket - b.bucket);
  return new Map(rows.map(({ key, value }) => [key, value]));
}
