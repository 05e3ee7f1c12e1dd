// A disk that really is full, and a file that may not grow: senders are told, nothing acknowledged
// is lost, nothing refused comes back, and the broker goes on by itself once there is room.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { canRun, runChild } from '../support/child.js';
import { ClusterProcesses } from '../support/cluster.js';
import { ourLaunch } from '../support/release-tree.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { type Found, need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { Filling, IN_FLIGHT } from './filling.js';

const MB = 1024 * 1024;
const DISK_BYTES = 16 * MB;
/** What is left for messages while there is no more room. */
const ROOM_BYTES = 2 * MB;

/** Small files; and nothing is deleted to make room, as that would be no loss but look like one. */
const SETTINGS = {
  mappedFileSizeCommitLog: 4 * MB,
  mappedFileSizeConsumeQueue: 20 * 5000,
  maxHashSlotNum: 1000,
  maxIndexNum: 4000,
  cleanFileForciblyEnable: false,
  diskMaxUsedSpaceRatio: 95,
  diskSpaceCleanForciblyRatio: 99,
  diskSpaceWarningLevelRatio: 99,
};

/** Where a store finds no more room, until it is given some. */
interface TightPlace {
  /** Where the store is to be. */
  folder: string;
  fill(brokerPid: number): Promise<unknown>;
  free(brokerPid: number): Promise<unknown>;
  /** What the reason of a refusal must say. */
  reason: RegExp;
}

/** A tmpfs of its own, filled by a file beside the store. */
async function smallDisk(ending: Ending): Promise<Found<TightPlace>> {
  const folder = join(tempFolder(ending), 'disk');
  mkdirSync(folder);
  const mount = ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'pocketmq-test', folder];
  try {
    await runChild('mount', mount);
  } catch (error) {
    return { missing: `no tmpfs can be mounted: ${(error as Error).message}` };
  }
  const leave = (): void => void spawnSync('umount', ['-l', folder]);
  process.on('exit', leave); // cut off in the middle of the test
  ending.after(async () => {
    await runChild('umount', [folder]);
    process.off('exit', leave);
  });
  const filler = join(folder, 'filler');
  const fill = (): Promise<void> => {
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(filler, Buffer.alloc(bavail * bsize - ROOM_BYTES));
    return Promise.resolve();
  };
  const free = (): Promise<void> => Promise.resolve(rmSync(filler));
  return { tool: { folder, fill, free, reason: /ENOSPC|the disk is full/ } };
}

/** The limit that the system sets to a process's files; whoever started the process may do that. */
async function limitedFiles(ending: Ending): Promise<Found<TightPlace>> {
  if (!(await canRun('prlimit', '--version'))) return { missing: 'there is no prlimit' };
  const limit = (pid: number, soft: string): Promise<string> =>
    runChild('prlimit', ['--pid', String(pid), `--fsize=${soft}:`]);
  const fill = (pid: number): Promise<string> => limit(pid, String(ROOM_BYTES));
  const free = (pid: number): Promise<string> => limit(pid, 'unlimited');
  return { tool: { folder: tempFolder(ending), fill, free, reason: /EFBIG/ } };
}

async function fillAndFree(t: TestContext, ending: Ending, place: TightPlace): Promise<void> {
  const storePathRootDir = join(place.folder, 'store');
  const settings = { ...SETTINGS, storePathRootDir };
  const cluster = await ClusterProcesses.start(ending, ourLaunch(), settings);
  const wire = new Wire(ending, cluster);
  const filling = await Filling.begin(wire);
  assert.deepEqual(await filling.turn(), []);
  const { pid } = cluster.process('broker');

  await place.fill(pid);
  const refused = await until('refusal', async () => {
    const remarks = await filling.turn();
    return remarks.length > 0 && remarks;
  });
  t.diagnostic(`after ${filling.acknowledged.size} messages: ${refused[0]}`);
  assert.match(refused[0]!, place.reason);
  assert.match((await filling.trouble()) ?? 'no trouble', place.reason);
  assert.equal((await filling.turn()).length, IN_FLIGHT);
  await filling.check();

  await place.free(pid);
  await until('answer without refusal', async () => (await filling.turn()).length === 0);
  assert.equal(await filling.trouble(), undefined);
  for (let i = 0; i < 100; i++) assert.deepEqual(await filling.turn(), []);
  await filling.check();

  await cluster.kill('broker');
  await cluster.startRole('broker');
  await filling.check();
}

test('a full disk refuses, loses nothing, and takes messages again with room', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const found = await smallDisk(ending);
  if ('tool' in found) return fillAndFree(t, ending, found.tool);
  // Only root may mount. The file size limit of the next test is as real, and needs no permission.
  t.diagnostic(`not tried on a full disk: ${found.missing}`);
  return undefined;
});

test('a file that may not grow refuses, loses nothing, and goes on when it may', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const place = await need(t, () => limitedFiles(ending));
  if (place) await fillAndFree(t, ending, place);
});
