// Clients that ask for more than they read: what waits for them is bounded, others are served as
// before, and when they read at last they get every answer.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { residentBytes } from '../../bench/usage.js';
import { OFFSET_DIGITS, pullFrame } from '../../bench/frames.js';
import { ClusterProcesses } from '../support/cluster.js';
import { ourLaunch } from '../support/release-tree.js';
import { endingWith } from '../support/temp.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const TOPIC = 'SlowReaders';
const MESSAGES = 32;
const BODY_BYTES = 7000;
const READERS = 4;
/** All answers together, 32 messages each, would be over 1.7 GB. */
const PULLS = 2000;
const MB = 1024 * 1024;
const MOST_GROWTH_MB = 250;

/** Sends pulls and reads nothing. */
async function slowReader(broker: string): Promise<Socket> {
  const [host, port] = broker.split(':');
  const socket = connect({ host, port: Number(port) });
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.pause();
  const { request: bytes, offsetAt } = pullFrame({ topic: TOPIC }, 0);
  bytes.write('0'.repeat(OFFSET_DIGITS), offsetAt, 'latin1');
  socket.write(Buffer.concat(Array.from({ length: PULLS }, () => bytes)));
  return socket;
}

/** Reads until nothing more comes; counts the answers. */
async function readAll(socket: Socket): Promise<number> {
  let answers = 0;
  let bytes = 0;
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  socket.on('data', (chunk) => {
    bytes += chunk.length;
    let data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (;;) {
      const step = Math.min(skip, data.length);
      data = data.subarray(step);
      skip -= step;
      if (data.length < 4) break;
      skip = 4 + data.readInt32BE(0);
      answers++;
    }
    rest = data;
  });
  socket.resume();
  await until('all answers', () => answers === PULLS && skip === 0);
  assert.ok(bytes > PULLS * MESSAGES * BODY_BYTES);
  return answers;
}

test('clients that do not read cost bounded memory and hold up nobody', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const cluster = await ClusterProcesses.start(ending, ourLaunch());
  const wire = new Wire(ending, cluster);
  await wire.createTopic(TOPIC, 2);
  for (let i = 0; i < MESSAGES; i++) await wire.send(TOPIC, 0, `${i}`.padEnd(BODY_BYTES, '.'), {});
  const { pid } = cluster.process('broker');
  const before = residentBytes(pid);
  const readers = await Promise.all(
    Array.from({ length: READERS }, () => slowReader(cluster.broker)),
  );
  ending.after(() => readers.forEach((socket) => socket.destroy()));
  let most = 0;
  for (let i = 0; i < 200; i++) {
    await wire.send(TOPIC, 1, `meanwhile ${i}`, {});
    most = Math.max(most, residentBytes(pid));
  }
  const grownMb = Math.round((most - before) / MB);
  t.diagnostic(`${grownMb} MB for ${READERS} clients that do not read`);
  assert.ok(grownMb < MOST_GROWTH_MB, `${grownMb} MB more`);
  assert.equal(await readAll(readers[0]!), PULLS);
});
