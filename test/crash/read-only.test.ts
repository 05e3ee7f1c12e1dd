// A disk that turns read-only while the broker runs: senders are told, what is there is read on, and
// the broker takes messages again when the disk does.

import assert from 'node:assert/strict';
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { runChild } from '../support/child.js';
import { ClusterProcesses } from '../support/cluster.js';
import { ourLaunch } from '../support/release-tree.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';
import { Filling, IN_FLIGHT } from './filling.js';

const MB = 1024 * 1024;
const DISK_BYTES = 64 * MB;
const TURNS = 20;

/** So small that several files of the log are needed soon; what is acknowledged is on the disk. */
const SETTINGS = {
  mappedFileSizeCommitLog: MB,
  mappedFileSizeConsumeQueue: 20 * 100,
  maxHashSlotNum: 1000,
  maxIndexNum: 4000,
  flushDiskType: 'SYNC_FLUSH',
  diskMaxUsedSpaceRatio: 99,
};

/** A file with a file system in it, which can be mounted and spoilt. */
class Image {
  private constructor(
    private readonly path: string,
    readonly folder: string,
  ) {}

  static async make(ending: Ending): Promise<Image> {
    const home = tempFolder(ending);
    const image = new Image(join(home, 'image'), join(home, 'disk'));
    mkdirSync(image.folder);
    writeFileSync(image.path, '');
    truncateSync(image.path, DISK_BYTES);
    await runChild('mkfs.ext4', ['-q', '-F', image.path]);
    await image.mount();
    // what may be mounted twice
    for (let i = 0; i < 2; i++) ending.after(() => image.uncover().catch(() => undefined));
    return image;
  }

  async mount(): Promise<void> {
    await runChild('mount', ['-o', 'loop', this.path, this.folder]);
  }

  async umount(): Promise<void> {
    await runChild('umount', [this.folder]);
  }

  /** Files that are open stay writable; none can be opened to be written, or made. */
  async cover(): Promise<void> {
    await runChild('mount', ['--bind', this.folder, this.folder]);
    await runChild('mount', ['-o', 'remount,ro,bind', this.folder]);
  }

  /** What was opened meanwhile stays open. */
  async uncover(): Promise<void> {
    await runChild('umount', ['-l', this.folder]);
  }

  /** As the system does after an error of the disk: open files cannot be written either. */
  async abort(): Promise<void> {
    await runChild('mount', ['-o', 'remount,abort', this.folder]);
  }
}

class Broker {
  private constructor(
    private readonly t: TestContext,
    readonly cluster: ClusterProcesses,
    readonly filling: Filling,
  ) {}

  static async start(t: TestContext, ending: Ending, folder: string): Promise<Broker> {
    const settings = { ...SETTINGS, storePathRootDir: join(folder, 'store') };
    const cluster = await ClusterProcesses.start(ending, ourLaunch(), settings);
    const filling = await Filling.begin(new Wire(ending, cluster));
    return new Broker(t, cluster, filling);
  }

  async works(): Promise<void> {
    await until('turn without refusal', async () => (await this.filling.turn()).length === 0);
    assert.equal(await this.filling.trouble(), undefined);
    await this.filling.check();
  }

  /** It says why, and what it holds can be read. */
  async refuses(): Promise<void> {
    const [refused] = await until('refusal', async () => {
      const remarks = await this.filling.turn();
      return remarks.length > 0 && remarks;
    });
    this.t.diagnostic(refused!);
    assert.match(refused!, /EROFS/);
    assert.match((await this.filling.trouble()) ?? 'no trouble', /EROFS/);
    assert.equal((await this.filling.turn()).length, IN_FLIGHT);
    await this.filling.check();
  }
}

test('a disk that turns read-only refuses, is read on, and takes messages again', async (t) => {
  const ending = endingWith((work) => t.after(work));
  let image: Image;
  try {
    image = await Image.make(ending);
  } catch (error) {
    // only root may mount; the same by injection is in test/store/faults.test.ts
    t.diagnostic(`not tried on a real disk: ${(error as Error).message}`);
    return;
  }
  const broker = await Broker.start(t, ending, image.folder);
  for (let i = 0; i < TURNS; i++) assert.deepEqual(await broker.filling.turn(), []);
  await broker.cluster.stop('broker');
  await broker.cluster.startRole('broker'); // which has hardly a file open

  await image.cover();
  await broker.refuses();
  await image.uncover();
  await broker.works();

  await image.abort();
  await broker.refuses();
  await broker.cluster.kill('broker');
  await image.umount();

  await image.mount();
  await image.cover();
  await assert.rejects(broker.cluster.startRole('broker'), /cannot write to .*store: EROFS/);
  await image.uncover();
  await broker.cluster.startRole('broker');
  await broker.works();
});
