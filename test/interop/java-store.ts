// The store engine of Apache RocketMQ 5.5.0 at work on a directory, by the programs in java/.

import assert from 'node:assert/strict';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { storeConfig, temporaryFolder } from '../store/support.js';
import type { Child } from '../support/child.js';
import type { JavaRelease } from '../support/release.js';

const JAVA = join(dirname(fileURLToPath(import.meta.url)), 'java');

/** So small that all kinds of files that StoreDriver writes roll over. */
export const SMALL_FILES = {
  mappedFileSizeCommitLog: 512 * 1024,
  mappedFileSizeConsumeQueue: 2000,
  mapperFileSizeBatchConsumeQueue: 46 * 20,
  mappedFileSizeConsumeQueueExt: 4096,
  maxHashSlotNum: 100,
  maxIndexNum: 500,
};

/** As StoreDriver knows topics. */
export const isBatchTopic = (topic: string): boolean => topic.startsWith('Batch');

function start(
  t: TestContext,
  release: JavaRelease,
  program: string,
  args: readonly string[],
  settings: object,
): Child {
  const all = { maxMessageSize: storeConfig('').maxMessageSize, ...settings };
  const words = Object.entries(all).map(([key, value]) => `${key}=${String(value)}`);
  const path = join(JAVA, `${program}.java`);
  return release.run(path, [...args, ...words], { home: temporaryFolder(t) });
}

/** What a program prints, which comes to its end by itself. */
export async function printedBy(
  t: TestContext,
  release: JavaRelease,
  program: 'StoreDriver' | 'CompactionDriver',
  args: readonly string[],
  settings: object,
): Promise<string[]> {
  const java = start(t, release, program, args, settings);
  assert.equal(await java.ended, 0, java.describe());
  return java.lines;
}

/** Answers of ReadingDriver, which is killed at the end if the last question is `halt`. */
export async function answersOf(
  t: TestContext,
  release: JavaRelease,
  root: string,
  settings: object,
  questions: readonly string[],
): Promise<string[]> {
  const java = start(t, release, 'ReadingDriver', [root], settings);
  java.write(questions.map((question) => `${question}\n`).join(''));
  assert.equal(await java.finish(), 0, java.describe());
  return java.lines.filter((line) => line.startsWith('= ')).map((line) => line.slice(2));
}
