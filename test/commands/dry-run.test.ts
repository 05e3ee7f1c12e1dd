// --dry-run of every command that changes something: it names servers and requests, and nothing of
// the cluster or of the disk is changed.

import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { MQADMIN } from '../../src/cli/catalog/names.js';
import type { Cluster } from '../support/cluster.js';
import { loadCommand, runCommand, type Run } from '../support/commands.js';
import { startServers } from '../support/servers.js';
import { Ending, tempFolder } from '../support/temp.js';

const ending = new Ending();
const [TOPIC, GROUP, USER] = ['DryTopic', 'DryGroup', 'dry'];
let cluster: Cluster;
let cwd: string;

async function mqadmin(...words: string[]): Promise<Run> {
  const env = { NAMESRV_ADDR: cluster.namesrv, POCKETMQ_HOME: '/nonexistent' };
  return runCommand(['mqadmin', ...words], { env, cwd });
}

async function done(...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await mqadmin(...words);
  assert.equal(code, 0, `${words.join(' ')}: ${stderr}`);
  return stdout;
}

before(async () => {
  cluster = await startServers(ending);
  cwd = tempFolder(ending);
  await done('updateTopic', '-b', cluster.broker, '-t', TOPIC, '-r', '2', '-w', '2');
  await done('updateSubGroup', '-b', cluster.broker, '-g', GROUP);
  await done('createUser', '-b', cluster.broker, '-u', USER, '-p', 'secret');
  await done(
    ...`createAcl -b ${cluster.broker} -s User:${USER} -r Topic:T -a Pub -d Allow`.split(' '),
  );
  await done('sendMessage', '-t', TOPIC, '-p', 'kept');
  const topic = { topicName: 'DryListed', readQueueNums: 1, writeQueueNums: 1, perm: 6 };
  writeFileSync(join(cwd, 'topics.json'), JSON.stringify([topic]));
  writeFileSync(join(cwd, 'groups.json'), JSON.stringify([{ groupName: 'DryListed' }]));
});
after(() => ending.run());

/** What a command could have changed. */
async function state(): Promise<string> {
  const words = [
    `topicList`,
    `topicRoute -t ${TOPIC}`,
    `topicStatus -t ${TOPIC} --json`,
    `getConsumerConfig -g ${GROUP}`,
    `getBrokerConfig -b ${cluster.broker}`,
    `getNamesrvConfig`,
    `listUser -b ${cluster.broker}`,
    `listAcl -b ${cluster.broker}`,
  ];
  const texts = [];
  for (const line of words) texts.push(await done(...line.split(' ')));
  return [...texts, ...readdirSync(cwd)].join('\n');
}

/** The words of a command, and what it would send; `:b` and `:n` are the servers' addresses. */
const CASES: Record<string, [string, string[]]> = {
  updateTopic: ['-c DefaultCluster -t DryNew', [':b UPDATE_AND_CREATE_TOPIC']],
  updateTopicList: ['-b :b -f topics.json', [':b UPDATE_AND_CREATE_TOPIC_LIST']],
  deleteTopic: [
    `-t ${TOPIC} -c DefaultCluster`,
    [':b DELETE_TOPIC_IN_BROKER', ':n DELETE_TOPIC_IN_NAMESRV', ':n DELETE_KV_CONFIG'],
  ],
  updateSubGroup: ['-b :b -g DryNew', [':b UPDATE_AND_CREATE_SUBSCRIPTIONGROUP']],
  updateSubGroupList: ['-b :b -f groups.json', [':b UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST']],
  setConsumeMode: [`-b :b -t ${TOPIC} -g ${GROUP} -m POP`, [':b SET_MESSAGE_REQUEST_MODE']],
  deleteSubGroup: [`-b :b -g ${GROUP}`, [':b DELETE_SUBSCRIPTIONGROUP']],
  updateBrokerConfig: ['-b :b -k msgTraceTopicName -v Dry', [':b UPDATE_BROKER_CONFIG']],
  updateTopicPerm: [`-b :b -t ${TOPIC} -p 4`, [':b UPDATE_AND_CREATE_TOPIC']],
  addBroker: ['-c :b -b /tmp/none.conf', [':b ADD_BROKER']],
  removeBroker: ['-c :b -b C:broker-a:0', [':b REMOVE_BROKER']],
  resetMasterFlushOffset: ['-b :b -o 1', [':b RESET_MASTER_FLUSH_OFFSET']],
  sendMsgStatus: ['-b broker-a -c 3', [':b SEND_MESSAGE_V2']],
  cloneGroupOffset: [`-s ${GROUP} -d DryNew -t ${TOPIC}`, []],
  updateKvConfig: ['-s dry -k k -v v', [':n PUT_KV_CONFIG']],
  deleteKvConfig: ['-s dry -k k', [':n DELETE_KV_CONFIG']],
  wipeWritePerm: ['-b broker-a', [':n WIPE_WRITE_PERM_OF_BROKER']],
  addWritePerm: ['-b broker-a', [':n ADD_WRITE_PERM_OF_BROKER']],
  resetOffsetByTime: [`-g ${GROUP} -t ${TOPIC} -s now`, [':b INVOKE_BROKER_TO_RESET_OFFSET']],
  skipAccumulatedMessage: [`-g ${GROUP} -t ${TOPIC}`, [':b INVOKE_BROKER_TO_RESET_OFFSET']],
  updateOrderConf: [`-t ${TOPIC} -m put -v broker-a:2`, [':n PUT_KV_CONFIG']],
  cleanExpiredCQ: ['', [':b CLEAN_EXPIRED_CONSUMEQUEUE']],
  deleteExpiredCommitLog: ['-b :b', [':b DELETE_EXPIRED_COMMITLOG']],
  cleanUnusedTopic: ['', [':b CLEAN_UNUSED_TOPIC']],
  checkMsgSendRT: [`-t ${TOPIC} -a 3`, [':b SEND_MESSAGE_V2']],
  clusterRT: ['-a 3', [':b SEND_MESSAGE_V2']],
  updateNamesrvConfig: ['-k serverWorkerThreads -v 9', [':n UPDATE_NAMESRV_CONFIG']],
  sendMessage: [`-t ${TOPIC} -p dry`, [':b SEND_MESSAGE_V2']],
  updateStaticTopic: [
    '-t DryStatic -qn 2 -c DefaultCluster',
    [':b UPDATE_AND_CREATE_STATIC_TOPIC'],
  ],
  remappingStaticTopic: ['-t DryStatic -c DefaultCluster', []],
  exportPopRecord: ['-b :b', [':b POP_ROLLBACK']],
  updateControllerConfig: ['-a :b -k a -v b', [':b UPDATE_CONTROLLER_CONFIG']],
  electMaster: ['-a :b -b 1 -bn broker-a -c C', []],
  cleanBrokerMetadata: ['-a :b -bn broker-a', []],
  updateColdDataFlowCtrGroupConfig: [
    `-b :b -g ${GROUP} -v 100`,
    [':b UPDATE_COLD_DATA_FLOW_CTR_CONFIG'],
  ],
  removeColdDataFlowCtrGroupConfig: [`-b :b -g ${GROUP}`, [':b REMOVE_COLD_DATA_FLOW_CTR_CONFIG']],
  setCommitLogReadAheadMode: ['-b :b -m 1', [':b SET_COMMITLOG_READ_MODE']],
  createUser: ['-b :b -u dry2 -p secret', [':b AUTH_CREATE_USER']],
  updateUser: [`-b :b -u ${USER} -p secret2`, [':b AUTH_UPDATE_USER']],
  deleteUser: [`-b :b -u ${USER}`, [':b AUTH_DELETE_USER']],
  copyUser: ['-f :b -t :b', [':b AUTH_UPDATE_USER']],
  createAcl: ['-b :b -s User:dry2 -r Topic:T -a Pub -d Allow', [':b AUTH_CREATE_ACL']],
  updateAcl: [`-b :b -s User:${USER} -r Topic:T -a Sub -d Deny`, [':b AUTH_UPDATE_ACL']],
  deleteAcl: [`-b :b -s User:${USER}`, [':b AUTH_DELETE_ACL']],
  copyAcl: ['-f :b -t :b', [':b AUTH_UPDATE_ACL']],
  rocksDBConfigToJson: ['-b :b', [':b EXPORT_ROCKSDB_CONFIG_TO_JSON']],
  switchTimerEngine: ['-b :b -e F', [':b SWITCH_TIMER_ENGINE']],
  triggerLiteDispatch: [`-p ${TOPIC} -g ${GROUP}`, [':b TRIGGER_LITE_DISPATCH']],
};

/** What has to ask first where this cluster has no answer: a controller, a static topic, offsets. */
const REFUSED = ['remappingStaticTopic', 'electMaster', 'cleanBrokerMetadata', 'cloneGroupOffset'];

interface Plan {
  dryRun: true;
  requests: { server: string; address: string; request: string; body?: string }[];
  files: string[];
}

test('every command that changes something is tried', async () => {
  const changing: string[] = [];
  for (const name of MQADMIN) {
    if ((await loadCommand(`mqadmin:${name}`)).effect !== 'reads') changing.push(name);
  }
  assert.deepEqual(Object.keys(CASES).sort(), changing.sort());
});

test('nothing is changed', async (t) => {
  const atFirst = await state();
  for (const [name, [line, sent]] of Object.entries(CASES)) {
    await t.test(name, async () => {
      const argv = line.split(' ').filter((word) => word !== '');
      const words = argv.map((word) => word.replace(/^:b$/, cluster.broker));
      const run = await mqadmin(name, ...words, '--dry-run', '--json');
      const plan = JSON.parse(run.stdout || 'null') as Plan | null;
      if (REFUSED.includes(name)) {
        assert.equal(run.code, 1, run.stderr);
        return;
      }
      assert.equal(run.code, 0, run.stderr);
      const found = plan!.requests.map(({ server, address, request }) => {
        const place = address === cluster.namesrv ? ':n' : ':b';
        if (place === ':n') assert.equal(server, 'name server');
        return `${place} ${request}`;
      });
      assert.deepEqual([...new Set(found)], sent);
    });
  }
  assert.equal(await state(), atFirst);
});

test('the plan as text: who would get what', async () => {
  const text = await done('updateKvConfig', '-s', 'dry', '-k', 'k', '-v', 'v', '--dry-run');
  const request = `name server ${cluster.namesrv}  PUT_KV_CONFIG  namespace=dry  key=k  value=v`;
  assert.equal(text, `dry run: nothing was changed\n${request}\n`);
  const user = await done(
    ...['createUser', '-b', cluster.broker, '-u', 'x', '-p', 'secret', '--dry-run'],
  );
  assert.match(
    user,
    /AUTH_CREATE_USER {2}username=x\n {4}\{"password":"\*\*\*","username":"x"\}\n$/,
  );
  const sent = await done('checkMsgSendRT', '-t', TOPIC, '-a', '4', '-s', '3', '--dry-run');
  assert.match(sent, /^dry run: .*\nbroker \S+ {2}SEND_MESSAGE_V2 .* \(2 times\)\n {4}aaa\n/);
  const files = await done('exportConfigs', '-c', 'DefaultCluster', '-f', 'out', '--dry-run');
  assert.equal(files, `dry run: nothing was changed\nfile ${join(cwd, 'out', 'configs.json')}\n`);
  assert.match(await done('topicList', '--dry-run'), /^TBW102$/m, 'a reading command reads');
});
