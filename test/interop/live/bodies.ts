// Bodies that clients compress, which other clients read; and what is too large.

import assert from 'node:assert/strict';
import { parseOffsetMessageId } from '../../../src/protocol/host.js';
import { decodeRecord } from '../../../src/protocol/message.js';
import type { Driver } from '../driver.js';
import { consume, send, type Stage } from './stage.js';

const SIZE = 100_000;

/** What a system flag says of the body's compression (MessageSysFlag). */
const FLAGS = { LZ4: 0x101, ZSTD: 0x201, ZLIB: 0x301 };

/** Of a message, as the broker keeps it. */
async function sysFlag({ wire }: Stage, topic: string, offsetMsgId: string): Promise<number> {
  const { offset } = parseOffsetMessageId(offsetMsgId)!;
  const header = { topic, offset };
  const { body } = await wire.client.request(wire.cluster.broker, 'VIEW_MESSAGE_BY_ID', header);
  return decodeRecord(body)!.sysFlag;
}

interface Sent {
  by: Driver;
  how: string;
  options: string[];
}

/** Each body is sent compressed, kept so, and read whole by the clients that know how. */
export async function compressed(stage: Stage): Promise<void> {
  const { java, go, node, wire } = stage;
  const sent: Sent[] = [
    ...Object.keys(FLAGS).map((how) => ({ by: java, how, options: [`compress=${how}`] })),
    { by: go, how: 'Go', options: [] },
    { by: node, how: 'Node', options: [] },
  ];
  // Neither Go's nor Node's client reads anything but zlib.
  const common = ['ZLIB', 'Go', 'Node'];
  for (const { how } of sent) await wire.createTopic(`T_body_${how}`, 1);
  const readers = sent.flatMap(({ how }) =>
    [java, ...(common.includes(how) ? [go, node] : [])].map((driver) => ({ driver, how })),
  );
  const idOf = (how: string): string => `c_body_${how}`;
  await Promise.all(
    readers.map(({ driver, how }) =>
      consume(driver, idOf(how), `G_body_${how}_${driver.name}`, `T_body_${how}`),
    ),
  );
  for (const { by, how, options } of sent) {
    const id = `p_body_${how}`;
    const answer = await send(by, id, `T_body_${how}`, 'z', `size=${SIZE}`, ...options);
    const flag = await sysFlag(stage, `T_body_${how}`, answer.offsetMsgId ?? answer.msgId!);
    assert.equal(flag & 0x1, 1, how);
    if (how in FLAGS) assert.equal(flag, FLAGS[how as keyof typeof FLAGS], how);
  }
  for (const { driver, how } of readers) {
    const [message] = await driver.until(`${how} for ${driver.name}`, () => {
      const got = driver.of(idOf(how), 'message');
      return got.length > 0 && got;
    });
    const { size, body } = message!;
    assert.deepEqual({ size, body }, { size: SIZE, body: 'z'.repeat(100) }, how);
    await driver.stop(idOf(how));
  }
}

/** A client that thinks it may is told by the broker what is too large. */
export async function tooLarge(stage: Stage): Promise<void> {
  const { java, wire } = stage;
  const topic = 'T_large';
  await wire.createTopic(topic, 1);
  const refused = async (id: string, ...options: string[]): Promise<string> => {
    java.send('send', id, topic, 'x', ...options);
    return (await java.until(`refusal of ${id}`, () => java.of(id, 'error')[0])).text!;
  };
  assert.match(await refused('large_body', 'size=5000000'), /body size over max value/);
  const limits = /CODE: 13 .* body length limit 4194304B, msg properties length limit 32KB/;
  assert.match(await refused('large_plain', 'max=9000000', 'size=5000000', 'plain'), limits);
  assert.match(await refused('large_properties', 'long.p=40000'), limits);
  // what is small enough when it is compressed is taken
  await send(java, 'large_compressed', topic, 'x', 'max=9000000', 'size=5000000');
}
