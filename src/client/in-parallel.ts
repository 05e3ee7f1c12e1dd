// Many questions at once, but not all of them: servers answer one connection in order.

/** Enough to keep a server busy, few enough to need little memory. */
export const AT_ONCE = 64;

/** The results in the order of the items; at most `limit` are under way at a time. */
export async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
