// Records the answers of a freshly started name server of Apache RocketMQ:
//   npx tsx scripts/golden-namesrv.ts 127.0.0.1:9876 > test/golden/namesrv/answers.json

import { replay, type Noted } from '../test/server/namesrv/replay.js';

/** RocketMQ unregisters brokers in a thread of its own. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 500));

const answers: Noted[] = [];
for await (const noted of replay(process.argv[2] ?? '127.0.0.1:9876', settle)) answers.push(noted);
process.stdout.write(`[\n${answers.map((noted) => JSON.stringify(noted)).join(',\n')}\n]\n`);
