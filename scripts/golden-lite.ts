// Records the answers about lite topics of a freshly started broker of Apache RocketMQ that is called
// broker-a, with brokerIP1=127.0.0.1, enableLmq=true and enableMultiDispatch=true:
//   npx tsx scripts/golden-lite.ts 127.0.0.1:10911 > test/golden/broker/lite-answers.json

import { liteAnswersOf } from '../test/server/broker/lite-answers.js';

const answers = await liteAnswersOf(process.argv[2] ?? '127.0.0.1:10911');
process.stdout.write(`[\n${answers.map((noted) => JSON.stringify(noted)).join(',\n')}\n]\n`);
