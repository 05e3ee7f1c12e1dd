// Constants against those of Apache RocketMQ 5.5.0.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  LANGUAGES,
  NAME_LIMITS,
  Perm,
  Property,
  PullFlag,
  SysFlag,
  SYSTEM_TOPIC_PREFIX,
  SystemTopic,
  TopicSysFlag,
} from '../../src/protocol/flags.js';
import { ResponseCode, responseName } from '../../src/protocol/responses.js';
import { golden } from '../support/golden.js';

type Constants = Record<string, number | string>;
const codes = golden<Record<string, Constants>>('spec/codes.json');
const values = (table: object): (number | string)[] => Object.values(table).sort();

test('every response code, by its name', () => {
  const theirs = codes.ResponseCode!;
  const missing = Object.entries(theirs).filter(
    ([name, code]) => (ResponseCode as Constants)[name] !== code,
  );
  const invented = Object.keys(ResponseCode).filter((name) => !(name in theirs));
  assert.deepEqual({ missing, invented }, { missing: [], invented: [] });
  assert.equal(responseName(17), 'TOPIC_NOT_EXIST');
  assert.equal(responseName(4711), '4711');
});

test('flags and permissions have the same bits', () => {
  const { TRANSACTION_NOT_TYPE: _, ...sysFlags } = codes.MessageSysFlag!;
  assert.deepEqual(values({ ...SysFlag, TRANSACTION_MASK: 12 }), values({ ...sysFlags, mask: 12 }));
  assert.deepEqual(values(PullFlag), values(codes.PullSysFlag!));
  assert.deepEqual(values(TopicSysFlag), values(codes.TopicSysFlag!));
  const perms = Object.entries(codes.PermName!).filter(([name]) => name.startsWith('PERM_'));
  assert.deepEqual(values(Perm), values(Object.fromEntries(perms)));
});

test('names that RocketMQ reserves are spelled alike', () => {
  const properties = new Set(Object.values(codes.MessageConst!));
  for (const name of Object.values(Property)) assert.ok(properties.has(name), name);
  const { TopicValidator } = codes;
  const topics = new Set([...Object.values(TopicValidator!), 'rmq_sys_wheel_timer']); // TimerMessageStore
  for (const name of Object.values(SystemTopic)) assert.ok(topics.has(name), name);
  assert.equal(SYSTEM_TOPIC_PREFIX, TopicValidator!.SYSTEM_TOPIC_PREFIX);
  const { TOPIC_MAX_LENGTH, GROUP_MAX_LENGTH, RETRY_OR_DLQ_TOPIC_MAX_LENGTH } = TopicValidator!;
  const limits = { topic: TOPIC_MAX_LENGTH, group: GROUP_MAX_LENGTH };
  assert.deepEqual(NAME_LIMITS, { ...limits, retryTopic: RETRY_OR_DLQ_TOPIC_MAX_LENGTH });
  const languages = Object.fromEntries(LANGUAGES.map((name, code) => [name, code]));
  assert.deepEqual(languages, { ...codes.LanguageCode });
});
