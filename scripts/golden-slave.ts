// Records what a master of Apache RocketMQ and its slave answer. Both are called broker-a, with
// brokerIP1=127.0.0.1, totalReplicas=2 and slaveReadEnable=true, and were freshly started; their
// addresses and that of the name server are given, then the process id of the slave, which ends; for
// acting-slave.json both have enableSlaveActingMaster=true, and that is said behind:
//   npx tsx scripts/golden-slave.ts 127.0.0.1:9876 127.0.0.1:10911 127.0.0.1:10921 4711 \
//     > test/golden/broker/slave.json

import { slaveFeature } from '../test/server/broker/slave-feature.js';

const [namesrv = '', master = '', slave = '', pid = '', acting] = process.argv.slice(2);
const stopSlave = (): Promise<void> => {
  process.kill(Number(pid));
  return Promise.resolve();
};
const talked = await slaveFeature({ namesrv, master, slave }, acting === 'acting', stopSlave);
process.stdout.write(`[\n${talked.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
