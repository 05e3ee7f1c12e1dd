// Accounts of RocketMQ 4 become users and rules, as Apache RocketMQ 5.5.0 takes them over.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { AccessRules } from '../../../src/server/broker/auth/access-rules.js';
import { takeOverPlainAcl } from '../../../src/server/broker/auth/plain-acl.js';
import { Ending, tempFolder } from '../../support/temp.js';

const ending = new Ending();
after(() => ending.run());

/** The file that RocketMQ 4 was shipped with, and a second one beside it. */
const PLAIN_ACL = `globalWhiteRemoteAddresses:
  - 10.10.103.*

accounts:
  - accessKey: RocketMQ
    secretKey: 12345678
    whiteRemoteAddress:
    admin: false
    defaultTopicPerm: DENY
    defaultGroupPerm: SUB
    topicPerms:
      - topicA=DENY
      - topicB=PUB|SUB
      - topicC=SUB
      - nonsense
    groupPerms:
      # the group should convert to retry topic
      - groupA=DENY
      - groupB=PUB|SUB
  - accessKey: rocketmq2
    secretKey: 12345678
    admin: true
`;

async function takenOver(folder: string): Promise<AccessRules> {
  const parts = { files: realFiles, clock: systemClock, log: silentLogger };
  const home = folder;
  const takeOver = (rules: AccessRules) => takeOverPlainAcl({ ...parts, home, rules });
  const rules = new AccessRules({ ...parts, storePathRootDir: join(folder, 'store'), takeOver });
  await rules.start();
  ending.after(() => rules.stop());
  return rules;
}

const entry = (resource: string, actions: string[], decision: string) => ({
  ...{ resource, actions, sourceIps: [], decision },
});

test('accounts, their rules and their defaults are taken over once', async () => {
  const folder = tempFolder(ending);
  mkdirSync(join(folder, 'conf', 'acl'), { recursive: true });
  writeFileSync(join(folder, 'conf', 'plain_acl.yml'), PLAIN_ACL);
  const more = 'accounts:\n  - {accessKey: more, secretKey: secret77, defaultTopicPerm: PUB}\n';
  writeFileSync(join(folder, 'conf', 'acl', 'more.yaml'), more);
  writeFileSync(join(folder, 'conf', 'acl', 'broken.yml'), 'accounts: [');
  const rules = await takenOver(folder);
  const users = rules.listUsers().map(({ username, userType }) => [username, userType]);
  assert.deepEqual(users, [
    ['RocketMQ', 'Normal'],
    ['more', 'Normal'],
    ['rocketmq2', 'Super'],
  ]);
  assert.equal(rules.user('RocketMQ')?.password, '12345678');
  assert.deepEqual(rules.rulesOf('RocketMQ')?.policies, [
    {
      policyType: 'Custom',
      entries: [
        entry('Topic:topicA', ['All'], 'Deny'),
        entry('Topic:topicB', ['Pub', 'Sub'], 'Allow'),
        entry('Topic:topicC', ['Sub'], 'Allow'),
        entry('Group:groupA', ['All'], 'Deny'),
        entry('Group:groupB', ['Pub', 'Sub'], 'Allow'),
      ],
    },
    {
      policyType: 'Default',
      entries: [entry('Topic:*', ['All'], 'Deny'), entry('Group:*', ['Sub'], 'Allow')],
    },
  ]);
  rules.updateUser({ username: 'more', password: 'changed' });
  await rules.stop();
  assert.equal((await takenOver(folder)).user('more')?.password, 'changed');
});
