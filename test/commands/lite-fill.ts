// Lite topics, a client and groups for the commands that ask about them.

import type { LiteTalk } from '../server/broker/lite-answers.js';
import { PARENT } from '../server/broker/lite-answers.js';

export async function fillLite(talk: LiteTalk): Promise<void> {
  await talk.topic(PARENT, '+message.type=LITE,+lite.topic.expiration=30');
  for (const name of ['GL', 'GM']) await talk.group(name, { '+lite.bind.topic': PARENT });
  for (const text of ['a0', 'a1', 'b0', 'c0', 'c1', 'c2']) await talk.send(text[0], text);
  await talk.ctl('subscribe', 'PARTIAL_ADD', 'c1', 'GL', { liteTopicSet: ['a'] });
  await talk.ctl('subscribe', 'PARTIAL_ADD', 'c2', 'GL', { liteTopicSet: ['c'] });
  const a = (await talk.pop('pop', 'c1', 'GL', { pollTime: 15_000 })).header;
  await talk.ack('ack', a, 'GL', 'a', 0);
  await talk.pop('pop', 'c2', 'GL', { pollTime: 15_000 });
}
