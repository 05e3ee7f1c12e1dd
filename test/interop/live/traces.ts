// Producers and consumers leave traces, in the topic that is for it or in one of their own: both
// mqadmins show them, and show the same.

import assert from 'node:assert/strict';
import { until } from '../../support/until.js';
import type { Driver } from '../driver.js';
import { consume, expectBodies, send, type Stage } from './stage.js';

const DEFAULT = 'RMQ_SYS_TRACE_TOPIC';

/** `own` names a topic for the traces; the broker's own otherwise. */
export async function traced(stage: Stage, driver: Driver, own?: string): Promise<void> {
  const name = `traced_${driver.name}${own ? '_own' : ''}`;
  const [topic, group, id] = [`T_${name}`, `G_${name}`, `c_${name}`];
  const traces = own ? `${own}_${driver.name}` : DEFAULT;
  await stage.wire.createTopic(topic, 1);
  if (own) await stage.wire.createTopic(traces, 1);
  const option = own ? `trace=${traces}` : 'trace';
  await consume(driver, id, group, topic, [option]);
  const producer = `p_${name}`;
  const { msgId } = await send(driver, producer, topic, 'traced', option);
  await expectBodies(driver, [id], ['traced']);
  const words = ['queryMsgTraceById', '-i', msgId!, ...(own ? ['-t', traces] : [])];
  const printed = await until('traces of both', async () => {
    const { stdout } = await stage.tryMqadmin(...words);
    return stdout.includes(`PG_${producer}`) && stdout.includes(group) && stdout;
  });
  // Java's tool may give up before a slow machine has answered.
  const java = await until('traces by Java', async () => {
    const { out } = await stage.tryJavaMqadmin(...words);
    return out !== '' && out;
  });
  assert.equal(printed, java);
  assert.match(printed, new RegExp(`^Pub +PG_${producer} .* success +$`, 'm'));
  assert.match(printed, new RegExp(`^Sub +${group} .* success +$`, 'm'));
  for (const one of [id, producer]) await driver.stop(one);
}
