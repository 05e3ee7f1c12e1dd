// Epochs of masters, who counts as in sync, and what is kept of a controller's word.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { silentLogger } from '../../../src/base/log.js';
import { IdentityFiles } from '../../../src/server/ha/controller/identity.js';
import {
  encodeEpochs,
  encodeGreeting,
  encodeTransfer,
  EpochReader,
  takeFromMaster,
  takeFromSlave,
} from '../../../src/server/ha/epoch-wire.js';
import { Epochs, formatEpochs, parseEpochs, samePrefix } from '../../../src/server/ha/epochs.js';
import { type Member, SyncState } from '../../../src/server/ha/sync-state.js';
import { FakeClock } from '../../support/fake-clock.js';
import { Ending, tempFolder } from '../../support/temp.js';

const ending = new Ending();
afterEach(() => ending.run());

const LIST = [
  { epoch: 7, start: 7000 },
  { epoch: 8, start: 8000 },
];

function epochsIn(folder: string): Epochs {
  const path = join(folder, 'epochFileCheckpoint');
  const epochs = new Epochs({ path, files: realFiles, log: silentLogger });
  epochs.load();
  return epochs;
}

test('the file of epochs is that of RocketMQ', () => {
  // the example of its CheckpointFile
  assert.equal(formatEpochs(LIST), '2\n773307083\n7-7000\n8-8000\n');
  assert.deepEqual(parseEpochs('2\n773307083\n7-7000\n8-8000\n'), LIST);
  assert.deepEqual(parseEpochs('2\n0\n7-7000\n8-8000\n'), LIST);
  assert.equal(parseEpochs('2\n773307083\n7-7000\n8-8001\n'), undefined);
  assert.equal(parseEpochs('3\n773307083\n7-7000\n8-8000\n'), undefined);
});

test('epochs survive a restart and a damaged file, and go with the log', () => {
  const folder = tempFolder(ending);
  const epochs = epochsIn(folder);
  assert.equal(epochs.last, -1);
  for (const epoch of LIST) assert.ok(epochs.append(epoch));
  assert.ok(!epochs.append({ epoch: 8, start: 9000 }), 'no new epoch');
  assert.ok(!epochs.append({ epoch: 9, start: 8000 }), 'nothing was written in the one before');
  assert.deepEqual(epochsIn(folder).all, LIST);
  assert.deepEqual(
    [epochs.at(6999), epochs.at(7999)?.epoch, epochs.at(8000)?.epoch],
    [undefined, 7, 8],
  );
  assert.equal(epochs.endOf(LIST[0]), 8000);
  writeFileSync(join(folder, 'epochFileCheckpoint'), 'torn');
  assert.deepEqual(epochsIn(folder).all, [LIST[0]], 'the backup is one epoch older');
  epochs.cut(8000);
  assert.equal(epochs.last, 7);
  epochs.dropBefore(7500);
  assert.equal(epochs.last, 7);
});

test('two logs are the same up to the end of the newest epoch that they share', () => {
  const mine = { epochs: LIST, end: 9000 };
  assert.equal(samePrefix(mine, { epochs: LIST, end: 8500 }), 8500);
  const other = [LIST[0], { epoch: 9, start: 7800 }];
  assert.equal(samePrefix(mine, { epochs: other, end: 9999 }), 7800);
  assert.equal(samePrefix(mine, { epochs: [{ epoch: 7, start: 1 }], end: 9 }), -1);
});

test('what both sides say is cut out of a stream, wherever its chunks end', () => {
  const head = { epoch: 8, start: 8000, offset: 8100, size: 3, confirmOffset: 8050 };
  const bytes = Buffer.concat([encodeEpochs(LIST, 8103), encodeTransfer(head), Buffer.from('abc')]);
  const reader = new EpochReader(takeFromMaster);
  const said = [...bytes].flatMap((byte) => reader.read(Buffer.from([byte]))!);
  assert.deepEqual(said[0], { kind: 'epochs', epochs: LIST, end: 8103 });
  assert.deepEqual(said[1], { kind: 'transfer', ...head, data: Buffer.from('abc') });
  const greeting = { fromLastFile: true, learner: false, brokerId: 3 };
  const slave = new EpochReader(takeFromSlave).read(encodeGreeting(greeting));
  assert.deepEqual(slave, [{ kind: 'greeting', ...greeting }]);
  assert.equal(new EpochReader(takeFromSlave).read(Buffer.alloc(16, 0x7f)), undefined);
});

test('a slave counts when it has caught up, and until the controller lets it go', () => {
  const clock = new FakeClock();
  const config = {
    duplicationEnable: false,
    inSyncReplicas: 1,
    minInSyncReplicas: 2,
    enableAutoInSyncReplicas: false,
    allAckInSyncStateSet: true,
    haMaxTimeSlaveNotCatchup: 15_000,
    readUnCommitted: false,
  };
  const members: Member[] = [];
  const asked: string[] = [];
  let end = 100;
  const epochs = epochsIn(tempFolder(ending));
  epochs.append({ epoch: 1, start: 50 });
  const state = new SyncState({
    config,
    epochs,
    clock,
    members: () => members,
    logEnd: () => end,
    onWanted: (brokerIds) => asked.push(brokerIds.join()),
  });
  state.brokerId = 1;
  assert.equal(state.readableTo(), -1, 'a slave waits for the word of its master');
  state.learnConfirmed(110);
  assert.deepEqual([state.readableTo(), state.learned], [110, 100]);
  state.lead(true);
  state.set([1]);
  assert.equal(state.wanted(), undefined, 'minInSyncReplicas=2');
  assert.equal(state.readableTo(), 100);
  const slave = { brokerId: 2, ackOffset: 40 };
  members.push(slave);
  state.reported(slave, true);
  assert.deepEqual(asked, [], 'it is before the epoch of the master');
  slave.ackOffset = 100;
  state.reported(slave, false);
  assert.deepEqual(asked, [], 'a learner never counts');
  state.reported(slave, true);
  assert.deepEqual(asked, ['1,2']);
  assert.equal(state.wanted(), 'all');
  state.set([1, 2]);
  end = 200;
  assert.deepEqual([state.copiedTo('all'), state.readableTo()], [100, 100]);
  slave.ackOffset = 200;
  state.reported(slave, true);
  assert.deepEqual([state.copiedTo('all'), state.readableTo()], [200, 200]);
  members.pop();
  state.left(2);
  end = 300;
  assert.deepEqual([asked.at(-1), state.copiedTo('all')], ['1', 0]);
  state.refused();
  clock.advance(20_000);
  state.shrink();
  assert.deepEqual(asked, ['1,2', '1', '1']);
  state.set([1]);
  assert.deepEqual([state.copiedTo('all'), state.readableTo()], [Infinity, 300]);
});

test('an id is asked for once, even when the broker dies in between', () => {
  const folder = tempFolder(ending);
  const path = join(folder, 'brokerIdentity');
  const identity = new IdentityFiles({ path, files: realFiles, log: silentLogger });
  assert.deepEqual([identity.given(), identity.applied()], [undefined, undefined]);
  const applied = { clusterName: 'c', brokerName: 'b', brokerId: 4, checkCode: '127.0.0.1:1;2' };
  identity.apply(applied);
  assert.equal(readFileSync(`${path}-temp`, 'utf8'), 'c#b#4#127.0.0.1:1;2');
  assert.deepEqual(identity.applied(), applied);
  identity.give(applied);
  assert.equal(readFileSync(path, 'utf8'), 'c#b#4');
  assert.ok(!existsSync(`${path}-temp`));
  assert.equal(identity.given()?.brokerId, 4);
});
