// Puts compacted files in the place of those they were made from, so that a crash at any point
// leaves the old ones or the new ones: what is to be done stands in a file until it is done.
// A replacement that RocketMQ did not finish (CompactionLog.replaceFiles) is finished as well.

import { join } from 'node:path';
import type { FileSystem } from '../../base/files.js';
import type { PairList } from './pair-list.js';

export const COMPACTING = 'compacting';
/** Where a slave of RocketMQ puts what it fetches from its master. */
export const REPLICATING = 'replicating';
/** In the folder of the new files, as RocketMQ takes any file beside the logs for one of them. */
const PLAN = 'replace.json';
/** RocketMQ renames what it is about to remove. */
export const DOOMED = '.delete';

interface Plan {
  old: string[];
  fresh: string[];
}

export const compactingFolder = (directory: string): string => join(directory, COMPACTING);

const nameOf = (path: string): string => path.slice(-20);

/** Replaces the first `count` pairs of `list` by those of `fresh`, which are flushed. */
export function replacePairs(list: PairList, count: number, fresh: PairList): void {
  const { handles, logDirectory } = list;
  const { files } = handles;
  const old = list.pairs.slice(0, count);
  const plan: Plan = {
    old: old.map((pair) => nameOf(pair.logPath)),
    fresh: fresh.pairs.map((pair) => nameOf(pair.logPath)),
  };
  for (const { logPath, queuePath } of [...old, ...fresh.pairs]) {
    handles.close(logPath);
    handles.close(queuePath);
  }
  const path = join(compactingFolder(logDirectory), PLAN);
  files.mkdirp(compactingFolder(logDirectory));
  files.writeTextAtomic(path, JSON.stringify(plan));
  carryOut(list, plan);
  const kept = list.pairs.slice(count);
  list.pairs = [];
  for (const pair of fresh.pairs) {
    const name = nameOf(pair.logPath);
    const logPath = join(list.logDirectory, name);
    list.pairs.push({ ...pair, logPath, queuePath: join(list.queueDirectory, name) });
  }
  list.pairs.push(...kept);
  fresh.pairs = [];
}

/** At the start: finishes a replacement that was decided on, and removes one that was not. */
export function settleReplacement(list: PairList): 'nothing' | 'finished' {
  const { files } = list.handles;
  const path = join(compactingFolder(list.logDirectory), PLAN);
  const text = files.readText(path);
  if (text) {
    carryOut(list, JSON.parse(text) as Plan);
    return 'finished';
  }
  const begun = begunByRocketMQ(list);
  if (begun) carryOut(list, begun);
  removeFolders(list);
  return begun ? 'finished' : 'nothing';
}

function carryOut(list: PairList, plan: Plan): void {
  const { files } = list.handles;
  const gone = plan.old.filter((name) => !plan.fresh.includes(name));
  for (const directory of [list.logDirectory, list.queueDirectory]) {
    for (const name of plan.fresh) {
      const from = join(compactingFolder(directory), name);
      if (files.exists(from)) files.rename(from, join(directory, name));
    }
    for (const name of gone) files.unlink(join(directory, name));
    if (files.exists(directory)) files.syncDirectory(directory);
  }
  removeFolders(list);
}

function removeFolders(list: PairList): void {
  const { files } = list.handles;
  // the plan goes last
  for (const directory of [list.queueDirectory, list.logDirectory]) {
    for (const folder of [COMPACTING, REPLICATING]) {
      if (files.exists(join(directory, folder))) {
        files.rmdir(join(directory, folder), { recursive: true });
      }
    }
  }
}

/**
 * RocketMQ renames the old logs, moves the new ones in, then does the same for the queues. From the
 * first renamed file on its new files are whole.
 */
function begunByRocketMQ(list: PairList): Plan | undefined {
  const { files } = list.handles;
  const doomed = [list.logDirectory, list.queueDirectory].flatMap((directory) =>
    files
      .readdir(directory)
      .filter(({ name }) => name.endsWith(DOOMED))
      .map(({ name }) => join(directory, name)),
  );
  const logs = digitsIn(files, compactingFolder(list.logDirectory));
  const queues = digitsIn(files, compactingFolder(list.queueDirectory));
  const moved = queues.some((name) => !logs.includes(name));
  if (doomed.length === 0 && !moved) return undefined;
  for (const path of doomed) files.unlink(path);
  return { old: [], fresh: [...new Set([...logs, ...queues])] };
}

const digitsIn = (files: FileSystem, directory: string): string[] =>
  files
    .readdir(directory)
    .map((entry) => entry.name)
    .filter((name) => /^\d{20}$/.test(name));
