// Namespaces, units, requests with replies, delayed messages that are called back.

import assert from 'node:assert/strict';
import type { DriverEvent } from '../driver.js';
import { clientIdOf, consume, expectBodies, send, type Stage } from './stage.js';

const TOO_LATE = /CODE: 604 +DESC: recall failed, timestamp invalid/;

/**
 * A namespace of the old kind is part of the names of topics and groups, which its members do not
 * see; one of the new kind is told to brokers, who make nothing of it.
 */
export async function namespaces(stage: Stage): Promise<void> {
  const { java, wire } = stage;
  const topic = 'T_namespace';
  for (const name of [topic, `old%${topic}`]) await wire.createTopic(name, 1);
  const options = { none: [], old: ['ns=old'], new: ['ns2=new'] };
  for (const [name, option] of Object.entries(options)) {
    await consume(java, `c_namespace_${name}`, `G_namespace_${name}`, topic, option);
    await clientIdOf(stage, `${name === 'old' ? 'old%' : ''}G_namespace_${name}`);
  }
  for (const [name, option] of Object.entries(options)) {
    await send(java, `p_namespace_${name}`, topic, `of ${name}`, ...option);
  }
  const wanted = { none: ['of none', 'of new'], old: ['of old'], new: ['of none', 'of new'] };
  for (const [name, bodies] of Object.entries(wanted)) {
    const id = `c_namespace_${name}`;
    await expectBodies(java, [id], bodies);
    assert.ok(java.of(id, 'message').every((message) => message.topic === topic));
    await java.stop(id);
    java.assertNoErrors(id);
  }
}

/** Topics that units make say so: the one a producer makes, and the group's retry topic. */
export async function units(stage: Stage): Promise<void> {
  const { java, wire } = stage;
  const topic = 'T_unit';
  await send(java, 'p_unit', topic, 'of a unit', 'unit');
  await consume(java, 'c_unit', 'G_unit', topic, ['unit']);
  await expectBodies(java, ['c_unit'], ['of a unit']);
  await java.stop('c_unit');
  const flags: Record<string, number> = { [topic]: 1, '%RETRY%G_unit': 2 };
  for (const [name, flag] of Object.entries(flags)) {
    const header = { topic: name };
    const { body } = await wire.client.request(wire.cluster.broker, 'GET_TOPIC_CONFIG', header);
    assert.equal((JSON.parse(body.toString()) as { topicSysFlag: number }).topicSysFlag, flag);
  }
}

export async function requestAndReply({ java, wire }: Stage): Promise<void> {
  const [topic, id] = ['T_reply', 'c_reply'];
  await wire.createTopic(topic, 1);
  java.send('replier', id, 'G_reply', topic);
  await java.event(id, 'started');
  java.send('request', 'p_reply', topic, 'abc');
  assert.equal((await java.event('p_reply', 'answer')).body, 'cba');
  await java.event(id, 'replied');
  await java.stop(id);
}

/**
 * What a consumer sends back to its own broker comes once more; if there is no broker of the name,
 * the client sends it as a message of its own, and it comes as well.
 */
export async function sentBack(stage: Stage): Promise<void> {
  const { java, wire } = stage;
  const once = async (broker: string): Promise<void> => {
    const [topic, group, id] = [`T_${broker}`, `G_${broker}`, `c_${broker}`];
    await wire.createTopic(topic, 1);
    await consume(java, id, group, topic, [], `BACK:${broker}`);
    await send(java, `p_${broker}`, topic, broker);
    await expectBodies(java, [id], [broker, broker]);
    assert.deepEqual(
      java.of(id, 'message').map((message) => message.times),
      [0, 1],
    );
    await java.stop(id);
    java.assertNoErrors(id);
  };
  await Promise.all([wire.cluster.brokerName, 'broker-nowhere'].map(once));
}

/** What was called back never comes, though what was to come later does. */
export async function recalled(stage: Stage): Promise<void> {
  const { java, wire } = stage;
  const [topic, id] = ['T_recall', 'c_recall'];
  await wire.createTopic(topic, 1);
  await consume(java, id, 'G_recall', topic);
  const tooLate: string[] = [];
  // On a machine that does much else a message may be due before it is called back.
  for (let ms = 8000; ; ms *= 2) {
    const [body, recall] = [`recalled ${ms}`, `recall_${ms}`];
    const first = await send(java, `p_recalled_${ms}`, topic, body, `ms=${ms}`);
    java.send('recall', recall, topic, first.handle!);
    const ends = (): DriverEvent[] => [...java.of(recall, 'recalled'), ...java.of(recall, 'error')];
    const end = await java.until('end of recall', () => ends()[0]);
    if (end.event === 'recalled') {
      assert.equal(end.msgId, first.msgId);
      await send(java, 'p_kept', topic, 'kept', `ms=${ms + 500}`);
      await expectBodies(java, [id], [...tooLate, 'kept']);
      java.send('recall', 'recall_again', topic, first.handle!);
      break;
    }
    assert.match(end.text!, TOO_LATE);
    tooLate.push(body);
  }
  const { text } = await java.until('refusal', () => java.of('recall_again', 'error')[0]);
  assert.match(text!, TOO_LATE);
  await java.stop(id);
}
