// mqadmin with an account, from wherever it can come, against brokers of both systems that check
// accounts and permissions.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ResponseCode } from '../../src/protocol/responses.js';
import { type Cluster, ClusterProcesses, type Settings } from '../support/cluster.js';
import { runCommand, type Run } from '../support/commands.js';
import { javaLaunch, javaRelease } from '../support/release.js';
import { startServers } from '../support/servers.js';
import { Ending, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { Wire } from '../support/wire.js';

const AUTH = 'org.apache.rocketmq.auth';
const [KEY, SECRET] = ['admin', 'admin-secret'];

const SETTINGS = {
  authenticationEnabled: true,
  authenticationProvider: `${AUTH}.authentication.provider.DefaultAuthenticationProvider`,
  authenticationMetadataProvider: `${AUTH}.authentication.provider.LocalAuthenticationMetadataProvider`,
  initAuthenticationUser: JSON.stringify({ username: KEY, password: SECRET }),
  innerClientAuthenticationCredentials: '{"accessKey":"inner","secretKey":"inner-secret"}',
  authorizationEnabled: true,
  authorizationMetadataProvider: `${AUTH}.authorization.provider.LocalAuthorizationMetadataProvider`,
} satisfies Settings;

describe('mqadmin with an account', () => {
  const ending = new Ending();
  let home: string;
  after(() => ending.run());

  before(async () => {
    home = tempFolder(ending);
    mkdirSync(join(home, 'conf'));
    const account = `accessKey: ${KEY}\nsecretKey: ${SECRET}\n`;
    writeFileSync(join(home, 'conf', 'tools.yml'), account);
  });

  function mqadmin(cluster: Cluster, argv: string[], env: Record<string, string> = {}) {
    const variables = { POCKETMQ_HOME: '/nonexistent', NAMESRV_ADDR: cluster.namesrv, ...env };
    return runCommand(['mqadmin', ...argv], { env: variables });
  }

  const flags = (key: string, secret: string) => ['--access-key', key, '--secret-key', secret];
  const as = (key: string, secret: string) => ({
    POCKETMQ_ACCESS_KEY: key,
    POCKETMQ_SECRET_KEY: secret,
  });

  function served({ code, stdout, stderr }: Run, text: RegExp): void {
    assert.equal(code, 0, stderr);
    assert.match(stdout, text);
  }

  function refused({ code, stderr }: Run, why: RegExp): void {
    assert.equal(code, 1);
    assert.match(stderr, /NO_PERMISSION \(16\)/);
    assert.match(stderr, why);
    assert.match(stderr, /\nhint: sign with an account that may: --access-key/);
    assert.ok(!stderr.includes(SECRET));
  }

  async function check(cluster: Cluster): Promise<void> {
    const { broker, namesrv } = cluster;
    const status = ['brokerStatus', '-b', broker];
    const version = /brokerVersionDesc +: V5_5_0/;
    refused(await mqadmin(cluster, status), /username cannot be null/);
    refused(await mqadmin(cluster, [...status, ...flags(KEY, 'wrong')]), /check signature failed/);
    served(await mqadmin(cluster, [...status, ...flags(KEY, SECRET)]), version);
    served(await mqadmin(cluster, status, as(KEY, SECRET)), version);
    served(await mqadmin(cluster, status, { ROCKETMQ_HOME: home }), version);
    const add = ['profile', 'add', `p${namesrv.split(':')[1]}`, '-n', namesrv];
    await mqadmin(cluster, [...add, ...flags(KEY, SECRET)], { POCKETMQ_HOME: home });
    const profile = [...status, '--profile', add[2]!];
    served(await mqadmin(cluster, profile, { POCKETMQ_HOME: home }), version);
    await restricted(cluster);
  }

  /** Another user, who may little; and commands that send and consume. */
  async function restricted(cluster: Cluster): Promise<void> {
    const admin = as(KEY, SECRET);
    const at = ['-b', cluster.broker];
    const app = as('app', 'app-secret');
    const user = ['createUser', ...at, '-u', 'app', '-p', 'app-secret'];
    served(await mqadmin(cluster, user, admin), /create user to/);
    served(await mqadmin(cluster, ['updateTopic', ...at, '-t', 'T_app'], admin), /success/);
    // RocketMQ's broker tells the name server a moment later.
    const route = ['topicRoute', '-t', 'T_app'];
    await until('route', async () => (await mqadmin(cluster, route, admin)).code === 0);
    const other = ['updateTopic', ...at, '-t', 'T_other'];
    refused(await mqadmin(cluster, other, app), /User:app has no permission/);
    const rule = ['-s', 'User:app', '-r', 'Topic:T_app', '-a', 'Pub', '-d', 'Allow'];
    served(await mqadmin(cluster, ['createAcl', ...at, ...rule], admin), /create acl to/);
    const send = ['sendMessage', '-t', 'T_app', '-p', 'hello'];
    served(await mqadmin(cluster, send, app), /SEND_OK/);
    // RocketMQ answers a message before its readers can see it.
    await until('the message', async (saw) => {
      const { code, stdout, stderr } = await mqadmin(
        cluster,
        ['consumeMessage', '-t', 'T_app'],
        admin,
      );
      assert.equal(code, 0, stderr);
      return saw(stdout).includes('BODY: hello');
    });
    const doctor = await mqadmin(cluster, ['doctor', '-q']);
    assert.equal(doctor.code, 1);
    assert.match(doctor.stdout, /TLS and accounts +broker-a .* refuses: username cannot be null/);
    const cured = await mqadmin(cluster, ['doctor', '-q'], admin);
    assert.equal(cured.code, 0, cured.stdout);
  }

  it('PocketMQ’s broker', async () => {
    const auth = { ...SETTINGS, clusterName: 'DefaultCluster' };
    await check(await startServers(ending, { auth }));
  });

  it('RocketMQ’s broker', async (t) => {
    const release = await need(t, javaRelease);
    if (!release) return;
    const cluster = await ClusterProcesses.start(ending, javaLaunch(release), SETTINGS);
    const { client } = new Wire(ending, cluster, { accessKey: KEY, secretKey: SECRET });
    // RocketMQ cannot tell its figures before it has taken the first sample of them.
    await until('figures', async () => {
      const allow = [ResponseCode.SYSTEM_ERROR];
      const answer = await client.request(cluster.broker, 'GET_BROKER_RUNTIME_INFO', {}, { allow });
      return answer.code === ResponseCode.SUCCESS;
    });
    await check(cluster);
  });
});
