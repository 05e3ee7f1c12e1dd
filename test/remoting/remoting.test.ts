// Frames over real sockets: requests both ways, deferred answers, errors, limits, stopping.

import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import type { MqError } from '../../src/base/errors.js';
import { refuse } from '../../src/base/errors.js';
import { silentLogger } from '../../src/base/log.js';
import { decodeFrame, encodeFrameHeader, type SerializeType } from '../../src/protocol/frame.js';
import { ResponseCode } from '../../src/protocol/responses.js';
import { createClient, type ClientOptions } from '../../src/remoting/client.js';
import type { Connection } from '../../src/remoting/connection.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { createServer, type ServerOptions } from '../../src/remoting/server.js';
import { until } from '../support/until.js';

const base = { clock: systemClock, log: silentLogger };

async function startServer(
  t: TestContext,
  handlers: Handlers,
  options: Partial<ServerOptions> = {},
): Promise<string> {
  const server = createServer({ ...base, host: '127.0.0.1', ports: [0], handlers, ...options });
  await server.start();
  t.after(() => server.stop());
  return `127.0.0.1:${server.port()}`;
}

function startClient(t: TestContext, options: Partial<ClientOptions> = {}) {
  const client = createClient({ ...base, ...options });
  t.after(() => client.close());
  return client;
}

for (const serialize of [0, 1] as SerializeType[]) {
  test(`a request is answered, serialization ${serialize}`, async (t) => {
    const address = await startServer(t, {
      GET_MAX_OFFSET: ({ topic, queueId }) => ({
        header: { offset: topic.length * 1000 + queueId },
        body: [Buffer.from('two '), Buffer.from('parts')],
      }),
    });
    const client = startClient(t, { serialize });
    const answer = await client.request(address, 'GET_MAX_OFFSET', { topic: '主题', queueId: 7 });
    assert.equal(answer.header.offset, 2007);
    assert.equal(answer.body.toString(), 'two parts');
  });
}

test('answers come in any order and find their requests', async (t) => {
  const address = await startServer(t, {
    GET_MIN_OFFSET: ({ queueId }, call) => {
      setTimeout(() => call.answer({ header: { offset: queueId } }), 20 - queueId);
      return undefined;
    },
  });
  const client = startClient(t);
  const ids = Array.from({ length: 20 }, (_, i) => i);
  const offsets = await Promise.all(
    ids.map(async (queueId) => {
      const answer = await client.request(address, 'GET_MIN_OFFSET', { topic: 'T', queueId });
      return answer.header.offset;
    }),
  );
  assert.deepEqual(offsets, ids);
});

test('refusals, thrown errors, bad headers and unknown codes are answered', async (t) => {
  const address = await startServer(t, {
    GET_MIN_OFFSET: () => {
      throw refuse(ResponseCode.TOPIC_NOT_EXIST, 'no such topic');
    },
    GET_MAX_OFFSET: () => Promise.reject(new Error('disk on fire')),
  });
  const client = startClient(t);
  const failing = async (work: Promise<unknown>): Promise<[unknown, unknown]> => {
    const error = (await work.then(unexpected, (e: unknown) => e)) as MqError;
    assert.equal(error.code, 'REMOTE_ERROR');
    return [error.details.responseCode, error.details.remark];
  };
  const header = { topic: 'T', queueId: 0 };
  assert.deepEqual(await failing(client.request(address, 'GET_MIN_OFFSET', header)), [
    ResponseCode.TOPIC_NOT_EXIST,
    'no such topic',
  ]);
  assert.deepEqual(await failing(client.request(address, 'GET_MAX_OFFSET', header)), [
    ResponseCode.SYSTEM_ERROR,
    'disk on fire',
  ]);
  const missing = { topic: 'T' } as typeof header;
  assert.deepEqual(await failing(client.request(address, 'GET_MIN_OFFSET', missing)), [
    ResponseCode.SYSTEM_ERROR,
    'bad header of GET_MIN_OFFSET: the required field queueId is missing',
  ]);
  assert.deepEqual(await failing(client.request(address, 'GET_BROKER_CLUSTER_INFO', {})), [
    ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
    ' request type 106 not supported: GET_BROKER_CLUSTER_INFO is not served by this server',
  ]);
});

test('the server asks its client, and sees it go', async (t) => {
  const connected: Connection[] = [];
  let closed = 0;
  const address = await startServer(
    t,
    { HEART_BEAT: () => ({}) },
    { onConnect: (c) => connected.push(c), onClose: () => closed++ },
  );
  const notified: string[] = [];
  const client = startClient(t, {
    handlers: {
      NOTIFY_CONSUMER_IDS_CHANGED: ({ consumerGroup }) => {
        notified.push(consumerGroup);
        return {};
      },
    },
  });
  await client.request(address, 'HEART_BEAT', {});
  const [connection] = connected;
  assert.ok(connection);
  const header = { consumerGroup: 'G' };
  const frame = await connection.request('NOTIFY_CONSUMER_IDS_CHANGED', header, {
    timeoutMs: 1000,
  });
  assert.equal(frame.code, ResponseCode.SUCCESS);
  assert.deepEqual(notified, ['G']);
  const gone = new Promise<void>((resolve) => connection.onClose(resolve));
  client.close();
  await gone;
  assert.equal(closed, 1);
});

test('time-outs, refused connections and lost connections are told apart', async (t) => {
  const held: Connection[] = [];
  const address = await startServer(t, {
    GET_MIN_OFFSET: (_, call) => {
      held.push(call.connection);
      return undefined;
    },
  });
  const client = startClient(t);
  const header = { topic: 'T', queueId: 0 };
  const codeOf = (work: Promise<unknown>) => work.then(unexpected, (e: MqError) => e.code);
  const timedOut = client.request(address, 'GET_MIN_OFFSET', header, { timeoutMs: 30 });
  assert.equal(await codeOf(timedOut), 'REQUEST_TIMEOUT');
  await until('the request that nobody answered', () => held.length === 1);
  const cut = codeOf(client.request(address, 'GET_MIN_OFFSET', header, { timeoutMs: 60_000 }));
  (await until('the next request', () => held[1])).close();
  assert.equal(await cut, 'CONNECTION_CLOSED');
  const refused = client.request('127.0.0.1:1', 'GET_MIN_OFFSET', header);
  await assert.rejects(refused, {
    code: 'CONNECT_FAILED',
    message: 'cannot connect to 127.0.0.1:1: nobody listens there',
  });
  assert.equal(
    await codeOf(client.request('nonsense', 'GET_MIN_OFFSET', header)),
    'CONNECT_FAILED',
  );
});

test('frames may arrive in any pieces', async (t) => {
  const address = await startServer(t, {
    GET_MIN_OFFSET: ({ queueId }) => ({ header: { offset: queueId } }),
  });
  const socket = await openRaw(t, address);
  const ext = (queueId: number) => ({ topic: 'T', queueId: String(queueId) });
  const frames = [0, 1, 2].map((i) =>
    encodeFrameHeader({ code: 31, opaque: i, flag: 0, ext: ext(i) }, 0),
  );
  const bytes = Buffer.concat(frames);
  let received = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  for (const byte of bytes.subarray(0, bytes.length - 40)) socket.write(Buffer.from([byte]));
  socket.write(bytes.subarray(bytes.length - 40));
  const opaques: number[] = [];
  while (opaques.length < 3) {
    await once(socket, 'data');
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const end = 4 + received.readInt32BE(0);
      opaques.push(decodeFrame(received.subarray(4, end)).opaque);
      received = received.subarray(end);
    }
  }
  assert.deepEqual(opaques, [0, 1, 2]);
});

test('a length that no frame can have closes the connection', async (t) => {
  const address = await startServer(t, {});
  for (const length of [0, -1, 3, 0x7fffffff]) {
    const socket = await openRaw(t, address);
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(length, 0);
    socket.write(bytes);
    await once(socket, 'close');
  }
});

test('a port that is taken is named', async (t) => {
  const address = await startServer(t, {});
  const port = Number(address.split(':')[1]);
  const second = createServer({ ...base, host: '127.0.0.1', ports: [port], handlers: {} });
  await assert.rejects(second.start(), {
    code: 'PORT_TAKEN',
    message: `port ${port} on 127.0.0.1 is already in use`,
  });
});

test('stop answers what is under way and closes every connection', async () => {
  const handlers: Handlers = {
    GET_MIN_OFFSET: (_, call) => {
      setImmediate(() => call.answer({ header: { offset: 5 } }));
      return undefined;
    },
  };
  const server = createServer({ ...base, host: '127.0.0.1', ports: [0, 0], handlers });
  await server.start();
  const client = createClient(base);
  const address = `127.0.0.1:${server.port(1)}`;
  const answer = await client.request(address, 'GET_MIN_OFFSET', { topic: 'T', queueId: 0 });
  assert.equal(answer.header.offset, 5);
  await server.stop();
  assert.equal(server.connections.size, 0);
  client.close();
});

async function openRaw(t: TestContext, address: string): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  t.after(() => socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function unexpected(): never {
  assert.fail('the request should have failed');
}
