// Records the answers about kinds of messages, offsets, clients and faults of a freshly started broker
// of Apache RocketMQ that is called broker-a, with brokerIP1=127.0.0.1, enablePropertyFilter=true and
// recallMessageEnable=true:
//   npx tsx scripts/golden-kinds.ts 127.0.0.1:10911 > test/golden/broker/kinds.json

import { setTimeout } from 'node:timers/promises';
import { answersOf } from '../test/server/broker/answers.js';
import { KIND_STEPS } from '../test/server/broker/kind-steps.js';

/** RocketMQ's queues follow its log a little later. */
const DISPATCHED_MS = 60;

const pause = (name: string): Promise<void> | undefined =>
  name.startsWith('SEND') ? setTimeout(DISPATCHED_MS) : undefined;
const answers = await answersOf(process.argv[2] ?? '127.0.0.1:10911', KIND_STEPS, pause);
process.stdout.write(`[\n${answers.map((noted) => JSON.stringify(noted)).join(',\n')}\n]\n`);
