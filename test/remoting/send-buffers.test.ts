// Socket writes from lists of buffers: every byte arrives in order, also when memory that they
// were copied into is used again while a slow peer has not read it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { sendBuffers } from '../../src/remoting/send-buffers.js';

/** Both ends of a connection. */
async function socketPair(t: TestContext): Promise<[Socket, Socket]> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  t.after(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return [near, far];
}

/** `count` buffers of `bytes` bytes each, no two alike in a list of lists. */
const filled = (list: number, count: number, bytes: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => Buffer.alloc(bytes, (list * 31 + i * 7) % 251));

async function received(socket: Socket, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let have = 0;
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    have += chunk.length;
    if (have >= bytes) break;
  }
  return Buffer.concat(chunks);
}

test('what a prompt peer is sent may be changed at once', async (t) => {
  const [near, far] = await socketPair(t);
  const buffers = filled(1, 10, 300);
  const expected = Buffer.concat(buffers);
  assert.equal(sendBuffers(near, buffers), true);
  for (const buffer of buffers) buffer.fill(0);
  assert.deepEqual(await received(far, expected.length), expected);
});

test('a peer that does not read keeps no large piece of memory for few bytes', () => {
  const chunks: Buffer[] = [];
  const stuck = {
    writableLength: 0,
    write(chunk: Buffer) {
      chunks.push(chunk);
      stuck.writableLength = chunk.length;
    },
  };
  for (const bytes of [200, 30_000, 60_000, 100_000]) {
    stuck.writableLength = 0;
    sendBuffers(stuck as unknown as Socket, filled(bytes, 2, bytes / 2));
  }
  assert.deepEqual(
    chunks.map(({ buffer, length }) => [length, buffer.byteLength]),
    [
      [200, 65_536],
      [30_000, 65_536],
      [60_000, 65_536],
      [100_000, 262_144],
    ],
  );
  assert.equal(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
});

for (const [size, count, bytes] of [
  ['few bytes', 16, 2000],
  ['many bytes', 4, 30_000],
  ['one buffer', 1, 40_000],
] as const) {
  test(`${size}: a peer that reads late gets all of it in order`, async (t) => {
    const [near, far] = await socketPair(t);
    far.pause();
    const expected: Buffer[] = [];
    let waiting = 0;
    for (let i = 0; waiting < 5; i++) {
      const buffers = filled(i, count, bytes);
      expected.push(...buffers.map((buffer) => Buffer.from(buffer)));
      const mayChange = sendBuffers(near, buffers);
      if (mayChange) for (const buffer of buffers) buffer.fill(255);
      if (near.writableLength > 0) waiting++;
      else assert.equal(mayChange, true);
    }
    const whole = Buffer.concat(expected);
    far.resume();
    assert.ok((await received(far, whole.length)).equals(whole));
  });
}
