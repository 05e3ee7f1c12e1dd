// A slave has the light queues of its master, and where groups stand in them.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startNamesrv } from '../../../support/namesrv.js';
import { Ending, tempFolder } from '../../../support/temp.js';
import { until } from '../../../support/until.js';
import { LiteTalk, PARENT, queueOf } from '../lite-answers.js';
import { RunningBroker } from '../running-broker.js';

const ending = new Ending();
after(() => ending.run());

const LIGHT = { enableLmq: true, enableMultiDispatch: true, haSendHeartbeatInterval: 200 };

async function start(namesrvAddr: string, brokerId: number): Promise<LiteTalk> {
  const broker = { namesrvAddr, brokerIP2: '127.0.0.1', brokerId, slaveReadEnable: true };
  const brokerRole = brokerId === 0 ? 'ASYNC_MASTER' : 'SLAVE';
  const store = { ...LIGHT, brokerRole } as const;
  const running = await RunningBroker.start(ending, { broker, store });
  const talk = new LiteTalk(running.address);
  ending.after(() => talk.close());
  return talk;
}

test('light queues, settings and places come over', async () => {
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const master = await start(address, 0);
  await master.topic(PARENT, '+message.type=LITE,+lite.topic.expiration=30');
  await master.group('G', { '+lite.bind.topic': PARENT });
  for (const text of ['a0', 'a1', 'b0']) await master.send(text[0], text);
  await master.ctl('subscribe', 'PARTIAL_ADD', 'c', 'G', { liteTopicSet: ['a'] });
  const { header } = await master.pop('pop', 'c', 'G', { pollTime: 15_000 });
  await master.ack('ack', header, 'G', 'a', 0);
  const slave = await start(address, 1);
  const place = { consumerGroup: 'G', topic: queueOf('a'), queueId: 0, setZeroIfNotFound: false };
  await until('the place in the slave', async () => {
    const answer = await slave.ask('QUERY_CONSUMER_OFFSET', place);
    return answer.code === 0 && answer.header.offset === 1;
  });
  await until('the light queues in the slave', async () => {
    const ends = ['a', 'b'].map((lite) => ({ topic: queueOf(lite), queueId: 0 }));
    const answers = await Promise.all(ends.map((end) => slave.ask('GET_MAX_OFFSET', end)));
    return answers.map(({ header: { offset } }) => offset).join() === '2,1';
  });
  await until('the parent topic in the slave', async () => {
    const { code, body } = await slave.ask('GET_PARENT_TOPIC_INFO', { topic: PARENT });
    return code === 0 && String(body).includes('"groups":["G"]');
  });
  const asked = { group: 'G', liteTopic: 'a', topK: 1 };
  const info = String((await slave.ask('GET_LITE_GROUP_INFO', asked)).body);
  assert.match(info, /"totalLagCount":1\b/);
});
