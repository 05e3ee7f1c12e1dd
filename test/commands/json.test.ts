// The --json of every command, asked of a live cluster, is what its declared shape says.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MQADMIN } from '../../src/cli/catalog/names.js';
import { schemaOf } from '../../src/cli/command/shape.js';
import { createPushConsumer } from '../../src/client/consumer/push-consumer.js';
import { createProducer } from '../../src/client/producer.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { encodeBody } from '../../src/protocol/bodies/json.js';
import type { Cluster } from '../support/cluster.js';
import { loadCommand, runCommand, type Run } from '../support/commands.js';
import { registerBroker } from '../support/fake-broker.js';
import { startFake } from '../support/fake-server.js';
import { misfits } from '../support/json-schema.js';
import { startServers } from '../support/servers.js';
import { Ending, tempFolder } from '../support/temp.js';
import { until } from '../support/until.js';

const ending = new Ending();
const [TOPIC, GROUP] = ['JsonTopic', 'JsonGroup'];
let cluster: Cluster;
let cwd: string;
/** What the words of a case may name. */
const known: Record<string, string> = {};

async function mqadmin(...words: string[]): Promise<Run> {
  const env = { NAMESRV_ADDR: cluster.namesrv, POCKETMQ_HOME: '/nonexistent' };
  return runCommand(['mqadmin', ...words], { env, cwd });
}

/** A controller that knows one broker. */
async function startController(): Promise<string> {
  let address = '';
  const replica = { brokerName: 'broker-a', brokerId: 1, brokerAddress: 'a:1', alive: true };
  const states = { masterBrokerId: 1, masterAddress: 'a:1', masterEpoch: 1, syncStateSetEpoch: 1 };
  const info = { ...states, inSyncReplicas: [replica], notInSyncReplicas: [] };
  const handlers: Handlers = {
    CONTROLLER_GET_METADATA_INFO: () => ({
      header: { group: 'g', controllerLeaderId: 'n0', controllerLeaderAddress: address, peers: '' },
    }),
    CONTROLLER_GET_SYNC_STATE_DATA: () => ({
      body: encodeBody({ replicasInfoTable: { 'broker-a': info } }),
    }),
    CONTROLLER_ELECT_MASTER: () => ({
      header: { masterBrokerId: 1, masterAddress: 'a:1', masterEpoch: 2, syncStateSetEpoch: 2 },
      body: encodeBody({ brokerAddrs: { 0: 'a:1' } }),
    }),
    GET_CONTROLLER_CONFIG: () => ({ body: Buffer.from('controllerType=DLedger\n') }),
    UPDATE_CONTROLLER_CONFIG: () => ({}),
    CLEAN_BROKER_DATA: () => ({}),
    ADD_BROKER: () => ({}),
    REMOVE_BROKER: () => ({}),
    GET_BROKER_EPOCH_CACHE: () => ({
      body: encodeBody({
        clusterName: 'C',
        brokerName: 'broker-a',
        brokerId: 1,
        epochList: [{ epoch: 1, startOffset: 0, endOffset: 9 }],
        maxOffset: 9,
      }),
    }),
  };
  address = await startFake(ending, handlers);
  return address;
}

before(async () => {
  cluster = await startServers(ending);
  cwd = tempFolder(ending);
  const { broker: b, namesrv: n } = cluster;
  Object.assign(known, { b, n, controller: await startController() });
  await mqadmin('updateTopic', '-b', cluster.broker, '-t', TOPIC, '-r', '2', '-w', '2');
  const namesrvAddr = cluster.namesrv;
  const producing = { namesrvAddr, group: 'PG_Json', instanceName: 'p', trace: true };
  const producer = createProducer({ ...producing, heartbeatIntervalMs: 100 });
  await producer.start();
  ending.after(() => producer.stop());
  let received = 0;
  const consuming = { namesrvAddr, group: GROUP, instanceName: 'c', trace: true };
  const consumer = createPushConsumer({ ...consuming, persistConsumerOffsetIntervalMs: 100 });
  consumer.subscribe(TOPIC).listen((messages) => void (received += messages.length));
  await consumer.start();
  ending.after(() => consumer.stop());
  for (let i = 0; i < 4; i++) {
    const queue = { topic: TOPIC, brokerName: 'broker-a', queueId: i % 2 };
    const message = { topic: TOPIC, tags: 'A', keys: `k${i}`, body: `body ${i}` };
    known.id = (await producer.send(message, { queue })).msgId;
  }
  known.client = consumer.instance.clientId;
  await until('the messages', () => received === 4);
  await until('offsets', async () =>
    /Diff Total: 0/.test((await mqadmin('consumerProgress', '-g', GROUP)).stdout),
  );
  await until('a trace', async () =>
    /^Pub /m.test((await mqadmin('queryMsgTraceById', '-i', known.id!)).stdout),
  );
  const topic = { topicName: 'JsonListed', readQueueNums: 1, writeQueueNums: 1, perm: 6 };
  writeFileSync(join(cwd, 'topics.json'), JSON.stringify([topic]));
  writeFileSync(join(cwd, 'groups.json'), JSON.stringify([{ groupName: 'JsonListed' }]));
});
after(() => ending.run());

const [T, G, C, B] = [`-t ${TOPIC}`, `-g ${GROUP}`, '-c DefaultCluster', '-b :b'];
const [LITE, LITE_GROUP] = ['JsonLite', '-g JsonLiteGroup'];
const BROKER_KEY = 'msgTraceTopicName';

/** In this order; `:b`, `:id` … stand for what is known of the cluster. */
const CASES: [string, string[]][] = [
  [
    'updateTopic',
    [`${B} -t JsonNew -o true`, `${C} -t JsonNew`, `${B} -t ${LITE} -a +message.type=LITE`],
  ],
  ['updateTopicList', [`${B} -f topics.json`]],
  ['updateTopicPerm', [`${B} -t JsonNew -p 4`]],
  [
    'updateOrderConf',
    [`-t JsonNew -m put -v broker-a:2`, '-t JsonNew -m get', '-t JsonNew -m delete'],
  ],
  ['updateStaticTopic', [`-t JsonStatic -qn 2 ${C}`]],
  ['remappingStaticTopic', [`-t JsonStatic ${C}`]],
  [
    'updateSubGroup',
    [`${B} -g JsonNewGroup`, `${B} ${LITE_GROUP} --attributes +lite.bind.topic=${LITE}`],
  ],
  ['updateSubGroupList', [`${B} -f groups.json`]],
  ['setConsumeMode', [`${B} ${T} -g JsonNewGroup -m POP`]],
  ['topicList', ['', '-c']],
  ['topicRoute', [T]],
  ['topicStatus', [T]],
  ['topicClusterList', [T]],
  ['brokerStatus', [B, C, '']],
  ['clusterList', ['', '-m']],
  ['brokerConsumeStats', [B]],
  ['producerConnection', [`-g PG_Json ${T}`]],
  ['consumerConnection', [G]],
  ['consumerProgress', ['', G, `${G} -s true`]],
  ['consumerStatus', [G, `${G} -i :client`]],
  ['producer', [B]],
  ['consumerList', ['']],
  ['statsAll', ['', T]],
  ['allocateMQ', [`${T} -i 10.0.0.1,10.0.0.2`]],
  ['queryMsgById', [`${T} -i :id`, `${T} -i :id ${G} -d :client`]],
  ['queryMsgByKey', [`${T} -k k1`]],
  ['queryMsgByUniqueKey', [`${T} -i :id`, `${T} -i :id ${G} -d :client`]],
  ['queryMsgByOffset', [`${T} -b broker-a -i 0 -o 0`, `${T} -b broker-a -i 0 -o 99`]],
  ['queryMsgTraceById', ['-i :id']],
  ['queryCq', [`${T} -q 0 -i 0 ${G}`]],
  ['printMsg', [T]],
  ['printMsgByQueue', [`${T} -a broker-a -i 0`]],
  ['consumeMessage', [T]],
  ['sendMessage', [`${T} -p hello`]],
  ['sendMsgStatus', ['-b broker-a -c 2']],
  ['checkMsgSendRT', [`${T} -a 2`]],
  ['exportMetadata', [C, `${C} -t`, `${C} -g`, `${B} -t`]],
  ['exportConfigs', [C]],
  ['exportMetrics', [C]],
  ['exportPopRecord', [`${B} -d true`]],
  ['haStatus', [B]],
  ['getNamesrvConfig', ['']],
  ['getBrokerConfig', [B]],
  ['getConsumerConfig', [G]],
  ['updateBrokerConfig', [`${B} -k ${BROKER_KEY} -v JsonTrace`]],
  ['updateNamesrvConfig', ['-k serverWorkerThreads -v 8']],
  ['updateKvConfig', ['-s json -k k -v v']],
  ['deleteKvConfig', ['-s json -k k']],
  ['createUser', [`${B} -u json -p secret`]],
  ['updateUser', [`${B} -u json -p secret2`]],
  ['getUser', [`${B} -u json`, `${B} -u nobody`]],
  ['listUser', [B]],
  ['copyUser', ['-f :b -t :b']],
  ['createAcl', [`${B} -s User:json -r Topic:T -a Pub -d Allow`]],
  ['updateAcl', [`${B} -s User:json -r Topic:T -a Sub -d Deny`]],
  ['getAcl', [`${B} -s User:json`]],
  ['listAcl', [B]],
  ['copyAcl', ['-f :b -t :b']],
  ['deleteAcl', [`${B} -s User:json`]],
  ['deleteUser', [`${B} -u json`]],
  ['getColdDataFlowCtrInfo', [B]],
  ['updateColdDataFlowCtrGroupConfig', [`${B} ${G} -v 100`]],
  ['removeColdDataFlowCtrGroupConfig', [`${B} ${G}`]],
  ['setCommitLogReadAheadMode', [`${B} -m 0`]],
  ['switchTimerEngine', [`${B} -e F`]],
  ['rocksDBConfigToJson', [B]],
  ['checkRocksdbCqWriteProgress', [`${C} -n :n`]],
  ['getBrokerLiteInfo', [B]],
  ['getParentTopicInfo', [`-p ${LITE}`]],
  ['getLiteTopicInfo', [`-p ${LITE} -l l`]],
  ['getLiteClientInfo', [`-p ${LITE} ${LITE_GROUP} -c :client`]],
  ['getLiteGroupInfo', [`-p ${LITE} ${LITE_GROUP}`]],
  ['triggerLiteDispatch', [`-p ${LITE} ${LITE_GROUP}`]],
  ['getControllerMetaData', ['-a :controller']],
  ['getControllerConfig', ['-a :controller']],
  ['updateControllerConfig', ['-a :controller -k a -v b']],
  ['getSyncStateSet', [`-a :controller ${C}`]],
  ['electMaster', ['-a :controller -b 1 -bn broker-a -c C']],
  ['cleanBrokerMetadata', ['-a :controller -bn broker-a']],
  ['addBroker', ['-c :controller -b /tmp/none.conf']],
  ['removeBroker', ['-c :controller -b C:broker-a:0']],
  ['resetMasterFlushOffset', [`${B} -o 0`]],
  ['cloneGroupOffset', [`-s ${GROUP} -d JsonNewGroup ${T}`]],
  [
    'resetOffsetByTime',
    [`${G} ${T} -s now`, `-g JsonNewGroup ${T} -s now`, `${G} ${T} -s now ${B} -q 0`],
  ],
  ['skipAccumulatedMessage', [`${G} ${T}`]],
  ['cleanExpiredCQ', [B]],
  ['deleteExpiredCommitLog', [B]],
  ['cleanUnusedTopic', [B]],
  ['wipeWritePerm', ['-b broker-a']],
  ['addWritePerm', ['-b broker-a']],
  ['deleteSubGroup', [`${B} -g JsonNewGroup`]],
  ['deleteTopic', [`-t JsonNew ${C}`]],
];

/** Tested where they are: they never end, or read the files of a store. */
const ELSEWHERE = [
  'getBrokerEpoch',
  'startMonitoring',
  'clusterRT',
  'dumpCompactionLog',
  'exportMetadataInRocksDB',
];

test('every command is here', () => {
  const here = CASES.map(([name]) => name);
  const all = [...MQADMIN, 'consumerList'];
  assert.deepEqual([...here, ...ELSEWHERE].sort(), all.sort());
});

async function check(name: string, line: string): Promise<Run> {
  const { shape } = await loadCommand(`mqadmin:${name}`);
  const words = line.split(' ').filter((word) => word !== '');
  const argv = words.map((word) => (word.startsWith(':') ? known[word.slice(1)]! : word));
  const run = await mqadmin(name, ...argv, '--json');
  assert.notEqual(run.stdout, '', run.stderr);
  assert.deepEqual(misfits(schemaOf(shape!), JSON.parse(run.stdout)), [], run.stdout);
  return run;
}

test('the JSON of every command', async (t) => {
  for (const [name, lines] of CASES) {
    await t.test(name, async () => {
      for (const line of lines) {
        const { code, stderr } = await check(name, line);
        assert.equal(code, 0, `${line}: ${stderr}`);
      }
    });
  }
});

test('getBrokerEpoch of a broker in controller mode', async () => {
  const fake = { brokerName: 'broker-c', clusterName: 'C', brokerAddr: known.controller! };
  await registerBroker(ending, cluster.namesrv, fake);
  assert.equal((await check('getBrokerEpoch', '-c C')).code, 0);
});

test('an empty list is a list, also where its rows are kept by queue', async () => {
  const { stdout } = await mqadmin('consumerStatus', '-g', GROUP, '--json');
  const [status] = Object.values(JSON.parse(stdout) as Record<string, { mqPopTable: unknown }>);
  assert.deepEqual(status!.mqPopTable, []);
});
