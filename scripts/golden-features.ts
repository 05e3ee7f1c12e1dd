// Records what a freshly started broker of Apache RocketMQ answers about filters, order, retries and
// transactions, about POP, or about what a registered broker does beside. It is called broker-a, with brokerIP1=127.0.0.1,
// enablePropertyFilter=true, transactionTimeOut=60000, transactionCheckInterval=500 and
// transactionOpBatchInterval=100:
//   npx tsx scripts/golden-features.ts 127.0.0.1:10911 > test/golden/broker/features.json
//   npx tsx scripts/golden-features.ts 127.0.0.1:10911 pop > test/golden/broker/pop.json
//   npx tsx scripts/golden-features.ts 127.0.0.1:10911 popKv > test/golden/broker/pop-kv.json
//     (popConsumerKVServiceInit=true, popConsumerKVServiceEnable=true)
//   npx tsx scripts/golden-features.ts 127.0.0.1:10911 duties > test/golden/broker/duties.json

import { DUTY_FEATURES } from '../test/server/broker/duty-feature.js';
import { FeatureTalk, type Talked } from '../test/server/broker/feature-talk.js';
import { FEATURES } from '../test/server/broker/features.js';
import { POP_FEATURES, POP_KV_FEATURES } from '../test/server/broker/pop-feature.js';

const [address = '127.0.0.1:10911', which = 'features'] = process.argv.slice(2);
const tables = {
  features: FEATURES,
  pop: POP_FEATURES,
  popKv: POP_KV_FEATURES,
  duties: DUTY_FEATURES,
};
const parts: string[] = [];
for (const [name, feature] of Object.entries(tables[which as keyof typeof tables])) {
  const talk = new FeatureTalk(address);
  await feature(talk);
  talk.close();
  const rows = talk.talked.map((row: Talked) => JSON.stringify(row));
  parts.push(`${JSON.stringify(name)}: [\n${rows.join(',\n')}\n]`);
}
process.stdout.write(`{\n${parts.join(',\n')}\n}\n`);
