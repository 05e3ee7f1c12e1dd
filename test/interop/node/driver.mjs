// Drives the released Node client for the interop tests. Reads one command a line from stdin (words
// separated by tabs), writes one JSON object a line to stdout: {"id", "event", ...}.

import { createInterface } from 'node:readline';
import ons from 'ali-ons';
import Averagely from 'ali-ons/lib/consumer/rebalance/allocate_message_queue_averagely.js';

const [nameSrv] = process.argv.slice(2);
const running = new Map();
const quiet = { info() {}, warn() {}, debug() {}, error() {} };
const IN_FLIGHT = 16;

function event(id, name, more = {}) {
  process.stdout.write(`${JSON.stringify({ id, event: name, ...more })}\n`);
}

/** The client insists on an HTTP client, to ask for name servers when it is given none. */
const httpclient = {
  request() {
    throw new Error('the name server is given');
  },
};
const common = (id) => ({
  nameSrv,
  httpclient,
  logger: quiet,
  instanceName: id,
  clientIP: '127.0.0.1',
  pollNameServerInteval: 1000,
});

/** Words of the form name=value, or only a name. */
const optionsOf = (words) =>
  Object.fromEntries(words.map((word) => [word.split('=')[0], word.slice(word.indexOf('=') + 1)]));

/** Sends until it is acknowledged, whatever happens to the broker meanwhile. */
async function insist(producer, message) {
  for (;;) {
    try {
      return await producer.send(message);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

function sent(id, key, { sendStatus, messageQueue, msgId, offsetMsgId, queueOffset }) {
  if (sendStatus !== 'SEND_OK') event(id, 'error', { text: `status ${sendStatus}` });
  const { queueId: queue, brokerName: broker } = messageQueue;
  event(id, 'sent', { key, queue, broker, offset: Number(queueOffset), msgId, offsetMsgId });
}

/** Sends one message; options: size=100000. */
async function send(id, topic, body, ...words) {
  const { size } = optionsOf(words);
  const producer = new ons.Producer({ ...common(id), producerGroup: `PG_${id}` });
  producer.on('error', (error) => event(id, 'error', { text: error.message }));
  await producer.ready();
  const text = size ? body[0].repeat(Number(size)) : body;
  const message = new ons.Message(topic, 'TagA', text);
  message.keys = [id];
  sent(id, id, await producer.send(message));
  await producer.close();
  event(id, 'done');
}

/** Sends numbered messages until it is stopped, each as long as it takes. */
async function endless(id, topic) {
  const producer = new ons.Producer({ ...common(id), producerGroup: `PG_${id}` });
  producer.on('error', () => undefined);
  await producer.ready();
  let stopped = false;
  const loop = async () => {
    for (let i = 0; !stopped; i++) {
      const message = new ons.Message(topic, `Tag${i % 2}`, `${id}-${i}`);
      message.keys = [`${id}-${i}`];
      sent(id, `${id}-${i}`, await insist(producer, message));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await producer.close();
  };
  const ended = loop();
  running.set(id, () => {
    stopped = true;
    return ended;
  });
  event(id, 'started');
}

/** how: sync, async or stubborn. Body and key of message i are "<id>-i", its tag Tag<i mod 2>. */
async function produce(id, topic, count, how) {
  const producer = new ons.Producer({ ...common(id), producerGroup: `PG_${id}` });
  if (how !== 'stubborn') {
    producer.on('error', (error) => event(id, 'error', { text: error.message }));
  } else {
    producer.on('error', () => undefined); // lost connections are what it is about
  }
  await producer.ready();
  const send = async (i) => {
    const message = new ons.Message(topic, `Tag${i % 2}`, `${id}-${i}`);
    message.keys = [`${id}-${i}`];
    const result =
      how === 'stubborn' ? await insist(producer, message) : await producer.send(message);
    sent(id, `${id}-${i}`, result);
  };
  const step = how === 'async' ? IN_FLIGHT : 1;
  for (let i = 0; i < Number(count); i += step) {
    const part = Array.from({ length: Math.min(step, Number(count) - i) }, (_, j) => send(i + j));
    await Promise.all(part);
  }
  await producer.close();
  event(id, 'done');
}

const FROM = { first: 'CONSUME_FROM_FIRST_OFFSET', last: 'CONSUME_FROM_LAST_OFFSET' };

/**
 * model: CLUSTERING, BROADCASTING, or LOSSY: clustering that outlives its broker; options:
 * from=last, from=20240131120000, rebalance=500, instance=other.
 */
async function push(id, consumerGroup, topic, model, tags, ...words) {
  const { from = 'first', rebalance = 2000, instance = id } = optionsOf(words);
  const consumer = new ons.Consumer({
    ...common(instance),
    consumerGroup,
    isBroadcast: model === 'BROADCASTING',
    consumeFromWhere: FROM[from] ?? 'CONSUME_FROM_TIMESTAMP',
    consumeTimestamp: FROM[from] ? undefined : from,
    allocateMessageQueueStrategy: new Announcing(id),
    rebalanceInterval: Number(rebalance),
    persistConsumerOffsetInterval: 1000,
  });
  let stopping = false;
  consumer.on('error', (error) => {
    // A group's first start: it tells that there is no offset yet, then begins at the first message.
    if (/consumer boot first/.test(error.message)) return;
    // It asks who is in its group before the broker has heard of it.
    if (/no consumer for this group/.test(error.message)) return;
    // The broker makes a group's retry topic, and tells of it a little later.
    if (/No topic route info in name server for the topic: %RETRY%/.test(error.message)) return;
    if (model === 'LOSSY') return; // lost connections are what it is about
    if (stopping) return; // it closes the connection that it still asks by
    event(id, 'error', { text: error.message });
  });
  consumer.subscribe(topic, tags, async (message) => {
    const { keys, tags: tag, queueId: queue, queueOffset, reconsumeTimes: times, msgId } = message;
    const body = message.body.toString();
    event(id, 'message', {
      body: body.slice(0, 100),
      size: body.length,
      key: keys,
      tag,
      queue,
      offset: Number(queueOffset),
      times,
      msgId,
    });
  });
  await consumer.ready();
  running.set(id, () => {
    stopping = true;
    return consumer.close();
  });
  event(id, 'started');
}

/** Tells after each rebalance how many queues this member has. */
class Announcing extends Averagely {
  constructor(id) {
    super();
    this.id = id;
  }

  allocate(group, clientId, queues, members) {
    const mine = super.allocate(group, clientId, queues, members);
    if (!queues[0].topic.startsWith('%RETRY%')) {
      event(this.id, 'queues', { count: mine.length, members: members.length });
    }
    return mine;
  }
}

async function stop(id) {
  await running.get(id)?.();
  running.delete(id);
  event(id, 'stopped');
}

const COMMANDS = { produce, send, endless, push, stop };

event('driver', 'ready');
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [command, id, ...rest] = line.split('\t');
  COMMANDS[command](id, ...rest).catch((error) => event(id, 'error', { text: error.message }));
});
lines.on('close', async () => {
  for (const close of running.values()) await close();
  process.exit(0);
});
