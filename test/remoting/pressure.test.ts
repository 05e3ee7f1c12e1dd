// Peers that ask for more than they read: at each limit of a connection it is no longer read, or
// closed; what waits for it stays bounded, and others are answered meanwhile.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { encodeFrameHeader, FrameFlag } from '../../src/protocol/frame.js';
import { createClient } from '../../src/remoting/client.js';
import type { Connection } from '../../src/remoting/connection.js';
import { FrameReader } from '../../src/remoting/frame-reader.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { DEFAULT_LIMITS, type Limits } from '../../src/remoting/limits.js';
import { createServer } from '../../src/remoting/server.js';
import { RecordingLog } from '../support/recording-log.js';
import { until } from '../support/until.js';

const KB = 1024;
const MB = 1024 * KB;
const MAX_OFFSET = 30;
/** So large that only a few requests come with one read of the socket. */
const REQUEST_BODY = Buffer.alloc(16 * KB);
/** What a socket gives at once, as requests. */
const AT_ONCE = 4;

class Stage {
  readonly log = new RecordingLog();
  handled = 0;
  mostUnsent = 0;
  /** Connection of the last request. */
  connection: Connection | undefined;
  readonly held: (() => void)[] = [];

  constructor(
    private readonly t: TestContext,
    private readonly limits: Partial<Limits>,
  ) {}

  async start(answerBytes: number, holds = false): Promise<string> {
    const body = Buffer.alloc(answerBytes);
    const handlers: Handlers = {
      GET_MAX_OFFSET: (_, call) => {
        this.handled++;
        this.connection = call.connection;
        this.mostUnsent = Math.max(this.mostUnsent, this.unsent);
        const answer = { header: { offset: this.handled }, body };
        if (!holds) return answer;
        this.held.push(() => call.answer(answer));
        return undefined;
      },
      GET_MIN_OFFSET: () => ({ header: { offset: 1 } }),
    };
    const server = createServer({
      ...{ clock: systemClock, log: this.log, host: '127.0.0.1', ports: [0], handlers },
      limits: { ...DEFAULT_LIMITS, ...this.limits },
    });
    await server.start();
    this.t.after(() => server.stop());
    return `127.0.0.1:${server.port()}`;
  }

  get unsent(): number {
    return (Reflect.get(this.connection!, 'socket') as Socket).writableLength;
  }

  get paused(): boolean {
    return Reflect.get(this.connection!, 'paused') as boolean;
  }
}

/** Asks so often, and reads nothing yet. */
async function ask(t: TestContext, address: string, count: number): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  for (let opaque = 1; opaque <= count; opaque++) {
    const ext = { topic: 'T', queueId: '0' };
    const frame = { code: MAX_OFFSET, opaque, flag: FrameFlag.REQUEST, ext };
    socket.write(Buffer.concat([encodeFrameHeader(frame, REQUEST_BODY.length), REQUEST_BODY]));
  }
  return socket;
}

/** Reads on; resolves once so many answers have come. */
async function readAll(socket: Socket, count: number): Promise<void> {
  let answers = 0;
  const reader = new FrameReader(1 << 24, () => answers++);
  socket.on('data', (chunk) => reader.push(chunk));
  await until(`${count} answers`, () => answers === count);
}

/** Another client's question. */
async function asked(t: TestContext, address: string): Promise<number> {
  const client = createClient({ clock: systemClock, log: new RecordingLog() });
  t.after(() => client.close());
  const request = { topic: 'T', queueId: 0 };
  return (await client.request(address, 'GET_MIN_OFFSET', request)).header.offset;
}

test('over highWaterBytes a peer is not read until it reads', async (t) => {
  const [highWaterBytes, answerBytes, count] = [MB, 256 * KB, 300];
  const stage = new Stage(t, { highWaterBytes });
  const address = await stage.start(answerBytes);
  const socket = await ask(t, address, count);
  await until('pause', () => stage.handled > 0 && stage.paused);
  assert.equal(await asked(t, address), 1);
  assert.ok(stage.handled < count, `${stage.handled} of ${count}`);
  await readAll(socket, count);
  assert.equal(stage.handled, count);
  assert.ok(stage.mostUnsent <= highWaterBytes + AT_ONCE * 2 * answerBytes, `${stage.mostUnsent}`);
});

test('over maxUnsentBytes a peer that does not read is closed', async (t) => {
  const [maxUnsentBytes, answerBytes, count] = [8 * MB, MB, 100];
  const stage = new Stage(t, { highWaterBytes: MB, maxUnsentBytes });
  const address = await stage.start(answerBytes, true);
  const socket = await ask(t, address, count);
  await until('questions', () => stage.handled === count);
  const closed = once(socket, 'close');
  let most = 0;
  for (const answer of stage.held) {
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    most = Math.max(most, stage.unsent);
  }
  socket.resume();
  await closed;
  assert.ok(most <= maxUnsentBytes + answerBytes, `${most}`);
  assert.ok(stage.log.lines.some(({ text }) => /does not read, \d+ bytes wait/.test(text)));
  assert.equal(await asked(t, address), 1);
});

test('over maxInFlight a peer waits until some of its requests are answered', async (t) => {
  const [maxInFlight, count] = [20, 200];
  const stage = new Stage(t, { maxInFlight });
  const address = await stage.start(10, true);
  const socket = await ask(t, address, count);
  await until('pause', () => stage.handled > 0 && stage.paused);
  assert.equal(await asked(t, address), 1);
  assert.ok(stage.held.length <= maxInFlight + AT_ONCE, `${stage.held.length}`);
  const all = readAll(socket, count);
  await until('the rest', () => {
    for (const answer of stage.held.splice(0)) answer();
    return stage.handled === count;
  });
  for (const answer of stage.held.splice(0)) answer();
  await all;
});
