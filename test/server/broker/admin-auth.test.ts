// Users and access rules, as mqadmin keeps them.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { realFiles } from '../../../src/base/files.js';
import {
  type AclInfo,
  decodeAcl,
  decodeAcls,
  decodeUser,
  decodeUsers,
  encodeAcl,
  encodeUser,
} from '../../../src/protocol/bodies/auth.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { AccessRules } from '../../../src/server/broker/auth/access-rules.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordingLog } from '../../support/recording-log.js';
import { startServers } from '../../support/servers.js';
import { type Ending, endingWith, tempFolder } from '../../support/temp.js';
import { Wire } from '../../support/wire.js';

const endingOf = (t: TestContext): Ending => endingWith((work) => t.after(work));

function rulesIn(storePathRootDir: string): AccessRules {
  const [clock, log] = [new FakeClock(), new RecordingLog()];
  return new AccessRules({ storePathRootDir, files: realFiles, clock, log });
}

function acl(resource: string, actions: string[], fields: object = {}): AclInfo {
  const entry = { resource, actions, sourceIps: [] as string[], decision: 'Allow', ...fields };
  return { subject: 'User:bob', policies: [{ policyType: 'Custom', entries: [entry] }] };
}

test('users are made, changed and found', async (t) => {
  const folder = tempFolder(endingOf(t));
  const rules = rulesIn(folder);
  await rules.start();
  rules.createUser({ username: 'carol', password: 'c' });
  rules.createUser({ username: 'bob', password: 'b', userType: 'super' });
  assert.throws(() => rules.createUser({ username: 'bob', password: 'x' }), {
    message: 'The user is existed',
    responseCode: ResponseCode.NO_PERMISSION,
  });
  const blank = { message: 'password can not be blank' };
  assert.throws(() => rules.createUser({ username: 'dave', password: ' ' }), blank);
  const unknown = { message: 'The user is not exist' };
  assert.throws(() => rules.updateUser({ username: 'nobody' }), unknown);
  rules.updateUser({ username: 'carol', userStatus: 'disable' });
  await rules.stop();
  const again = rulesIn(folder);
  await again.start();
  assert.deepEqual(again.listUsers(), [
    { username: 'bob', password: 'b', userType: 'Super', userStatus: 'enable' },
    { username: 'carol', password: 'c', userType: 'Normal', userStatus: 'disable' },
  ]);
  assert.deepEqual(
    again.listUsers('ca').map(({ username }) => username),
    ['carol'],
  );
});

test('rules of a user are merged by resource and taken away by resource', async (t) => {
  const rules = rulesIn(tempFolder(endingOf(t)));
  await rules.start();
  rules.createUser({ username: 'bob', password: 'b' });
  rules.putAcl(acl('Topic:A', ['pub', 'SUB', 'nonsense'], { sourceIps: ['127.0.0.1'] }));
  rules.putAcl(acl('Group:G*', ['Sub']));
  rules.putAcl(acl('topic:A', ['Sub'], { decision: 'deny' }));
  const entries = rules.acl('User:bob')!.policies[0]!.entries;
  assert.deepEqual(entries, [
    { resource: 'Topic:A', actions: ['Sub'], sourceIps: [], decision: 'Deny' },
    { resource: 'Group:G*', actions: ['Sub'], sourceIps: [], decision: 'Allow' },
  ]);
  assert.equal(rules.listAcls('alice').length, 0);
  assert.equal(rules.listAcls('', 'Group:').at(0)?.policies[0]?.entries.length, 1);
  rules.deleteAcl('User:bob', undefined, 'Topic:A');
  assert.equal(rules.acl('User:bob')!.policies[0]!.entries.length, 1);
  rules.deleteAcl('User:bob', undefined, undefined);
  assert.equal(rules.acl('User:bob'), undefined);
  rules.putAcl(acl('*', ['All']));
  rules.deleteUser('bob');
  assert.deepEqual(rules.listAcls(), []);
});

test("what is wrong with a rule is said in RocketMQ's words", async (t) => {
  const rules = rulesIn(tempFolder(endingOf(t)));
  await rules.start();
  rules.createUser({ username: 'bob', password: 'b' });
  const refused = (wish: AclInfo, message: string): void =>
    assert.throws(() => rules.putAcl(wish), { message });
  refused(acl('Bad:T', ['Sub']), 'The resource is null.');
  refused(acl('Topic:T', ['Wrong']), 'The actions is empty.');
  refused(acl('Topic:T', ['Any']), 'The actions can not be Any.');
  refused(acl('Topic:T', ['Sub'], { sourceIps: ['300.1.1.1'] }), 'The source ip is invalid.');
  refused(acl('Topic:T', ['Sub'], { decision: '' }), 'The decision is null or illegal.');
  const nobody = { ...acl('Topic:T', ['Sub']), subject: 'User:nobody' };
  refused(nobody, 'The subject of User:nobody is not exist.');
  rules.putAcl(acl('Topic:T', ['Sub'], { sourceIps: ['10.0.0.0/8', 'fd00::/16', '::1'] }));
});

test('a broker keeps users and rules for mqadmin', async (t) => {
  const ending = endingOf(t);
  const cluster = await startServers(ending);
  const { client } = new Wire(ending, cluster);
  const { broker } = cluster;
  const body = encodeUser({ username: 'bob', password: 'b' });
  await client.request(broker, 'AUTH_CREATE_USER', { username: 'bob' }, { body });
  const user = await client.request(broker, 'AUTH_GET_USER', { username: 'bob' });
  assert.equal(decodeUser(user.body)?.userType, 'Normal');
  const unknown = await client.request(broker, 'AUTH_GET_USER', { username: 'nobody' });
  assert.equal(decodeUser(unknown.body), undefined);
  const users = await client.request(broker, 'AUTH_LIST_USER', {});
  assert.equal(decodeUsers(users.body).length, 1);

  const subject = 'User:bob';
  const rule = encodeAcl(acl('Topic:T', ['Pub'], { sourceIps: ['127.0.0.1'] }));
  await client.request(broker, 'AUTH_CREATE_ACL', { subject }, { body: rule });
  const found = await client.request(broker, 'AUTH_GET_ACL', { subject });
  assert.deepEqual(decodeAcl(found.body)?.policies[0]?.entries[0]?.actions, ['Pub']);
  assert.equal(decodeAcls((await client.request(broker, 'AUTH_LIST_ACL', {})).body).length, 1);
  await client.request(broker, 'AUTH_DELETE_ACL', { subject });
  await client.request(broker, 'AUTH_DELETE_USER', { username: 'bob' });
  assert.equal((await client.request(broker, 'AUTH_LIST_USER', {})).body.length, 0);

  const superUser = { username: 'root', password: 'r', userType: 'Super' };
  const options = { body: encodeUser(superUser), ext: { AccessKey: 'bob' } };
  const asBob = client.request(broker, 'AUTH_CREATE_USER', { username: 'root' }, options);
  await assert.rejects(asBob, /The super user can only be create by super user/);
  const asNobody = { body: encodeUser(superUser) };
  await client.request(broker, 'AUTH_CREATE_USER', { username: 'root' }, asNobody);
});
