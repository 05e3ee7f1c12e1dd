// Records what two masters of Apache RocketMQ 5.5.0 and their name server answer. The masters are
// called broker-a and broker-b, with brokerIP1=127.0.0.1, and all three were freshly started:
//   npx tsx scripts/golden-masters.ts 127.0.0.1:9876 127.0.0.1:10911 127.0.0.1:10921 \
//     > test/golden/broker/two-masters.json

import { twoMastersFeature } from '../test/server/broker/two-masters-feature.js';

const [namesrv = '', a = '', b = ''] = process.argv.slice(2);
const talked = await twoMastersFeature({ namesrv, masters: [a, b] });
process.stdout.write(`[\n${talked.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
