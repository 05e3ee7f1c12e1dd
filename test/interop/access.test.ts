// Released clients with accounts: a broker that checks them serves those that may, and no others.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { encodeAcl, encodeUser } from '../../src/protocol/bodies/auth.js';
import type { Credentials } from '../../src/protocol/sign.js';
import type { Cluster } from '../support/cluster.js';
import { javaRelease } from '../support/release.js';
import { startServers } from '../support/servers.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { Wire } from '../support/wire.js';
import { goBinary, goDriver, javaDriver } from './clients.js';
import { clustering } from './scenarios.js';

const ADMIN: Credentials = { accessKey: 'admin', secretKey: 'admin-secret' };
const APP: Credentials = { accessKey: 'app', secretKey: 'app-secret' };

describe('clients with accounts', () => {
  const ending = new Ending();
  let cluster: Cluster;
  let wire: Wire;

  before(async () => {
    cluster = await startServers(ending, {
      auth: {
        authenticationEnabled: true,
        authorizationEnabled: true,
        clusterName: 'DefaultCluster',
        initAuthenticationUser: JSON.stringify({
          ...{ username: ADMIN.accessKey, password: ADMIN.secretKey },
        }),
      },
    });
    wire = new Wire(ending, cluster, ADMIN);
    const { accessKey: username, secretKey: password } = APP;
    await wire.client.request(
      ...([cluster.broker, 'AUTH_CREATE_USER' as const, { username }] as const),
      { body: encodeUser({ username, password }) },
    );
    const may = (resource: string, ...actions: string[]) => ({
      ...{ resource, actions, sourceIps: [], decision: 'Allow' },
    });
    const entries = [may('Topic:T_app*', 'Pub', 'Sub'), may('Group:G_app*', 'Sub')];
    const subject = `User:${username}`;
    const policies = [{ policyType: 'Custom', entries }];
    await wire.client.request(
      ...([cluster.broker, 'AUTH_CREATE_ACL' as const, { subject }] as const),
      { body: encodeAcl({ subject, policies }) },
    );
  });
  after(() => ending.run());

  it('Java: sends and consumes what it may, and nothing else', async (t) => {
    const release = await need(t, javaRelease);
    if (!release) return;
    const driver = await javaDriver(ending, release, cluster, { account: APP });
    await clustering({ driver, wire, prefix: 'app_java' }, 'sync');
    await wire.createTopic('T_other');
    driver.send('produce', 'refused', 'T_other', 1, 'sync');
    const { text } = await driver.until('the refusal', () => driver.of('refused', 'error')[0]);
    assert.match(text!, /Send \[3\] times, still failed/);
    assert.ok((await wire.maxOffsets('T_other')).every((offset) => offset === 0));
  });

  it('Go: sends and consumes what it may', async (t) => {
    const binary = await need(t, goBinary);
    if (!binary) return;
    const driver = await goDriver(ending, binary, cluster, APP);
    const run = { driver, wire, prefix: 'app_go' };
    await clustering(run, 'sync');
  });
});
