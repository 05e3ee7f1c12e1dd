// What the interop tests need of the machine: Java, Maven, Go. Missing: skipped, in CI failed.

import type { TestContext } from 'node:test';

/** The tool, or why it cannot be had. */
export type Found<T> = { tool: T } | { missing: string };

/**
 * The tool, or undefined after the test has been marked as skipped with the reason. In CI (the
 * environment variable CI) nothing is skipped: there the test fails.
 */
export async function need<T>(
  t: TestContext,
  find: () => Promise<Found<T>>,
): Promise<T | undefined> {
  const found = await find();
  if ('tool' in found) return found.tool;
  if (process.env.CI) throw new Error(found.missing);
  t.skip(found.missing);
  return undefined;
}

/** Remembers the answer: looking (and fetching) is done once per process. */
export function once<T>(find: () => Promise<Found<T>>): () => Promise<Found<T>> {
  let found: Promise<Found<T>> | undefined;
  return () => (found ??= find());
}
