// The request table against Apache RocketMQ 5.5.0's codes and header classes, and round trips.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Kind } from '../../src/protocol/fields.js';
import {
  requestCodec,
  requestName,
  REQUESTS,
  responseCodec,
  type RequestName,
} from '../../src/protocol/requests/index.js';
import type { RequestRow } from '../../src/protocol/requests/row.js';
import { golden } from '../support/golden.js';

interface HeaderField {
  name: string;
  type: string;
  required: boolean;
}
const codes = golden<{ RequestCode: Record<string, number> }>('spec/codes.json').RequestCode;
const headers = golden<Record<string, HeaderField[]>>('spec/headers.json');
const headerCodes = golden<Record<string, string>>('spec/header-codes.json');
const rows: Record<string, RequestRow> = REQUESTS;
const names = Object.keys(REQUESTS) as RequestName[];

/** Header classes that carry no code of their own, and the requests that use them. */
const UNMARKED: Record<string, [direction: 'request' | 'response', ...RequestName[]]> = {
  AddWritePermOfBrokerResponseHeader: ['response', 'ADD_WRITE_PERM_OF_BROKER'],
  AlterSyncStateSetResponseHeader: ['response', 'CONTROLLER_ALTER_SYNC_STATE_SET'],
  ApplyBrokerIdResponseHeader: ['response', 'CONTROLLER_APPLY_BROKER_ID'],
  ChangeInvisibleTimeResponseHeader: ['response', 'CHANGE_MESSAGE_INVISIBLETIME'],
  CheckTransactionStateResponseHeader: ['response', 'CHECK_TRANSACTION_STATE'],
  ElectMasterResponseHeader: ['response', 'CONTROLLER_ELECT_MASTER'],
  ExchangeHAInfoResponseHeader: ['response', 'EXCHANGE_BROKER_HA_INFO'],
  GetBrokerConfigResponseHeader: ['response', 'GET_BROKER_CONFIG'],
  GetEarliestMsgStoretimeResponseHeader: ['response', 'GET_EARLIEST_MSG_STORETIME'],
  GetKVConfigResponseHeader: ['response', 'GET_KV_CONFIG'],
  GetLiteClientInfoRequestHeader: ['request', 'GET_LITE_CLIENT_INFO'],
  GetLiteGroupInfoRequestHeader: ['request', 'GET_LITE_GROUP_INFO'],
  GetLiteTopicInfoRequestHeader: ['request', 'GET_LITE_TOPIC_INFO'],
  GetMaxOffsetResponseHeader: ['response', 'GET_MAX_OFFSET'],
  GetMetaDataResponseHeader: ['response', 'CONTROLLER_GET_METADATA_INFO'],
  GetMinOffsetResponseHeader: ['response', 'GET_MIN_OFFSET'],
  GetNextBrokerIdResponseHeader: ['response', 'CONTROLLER_GET_NEXT_BROKER_ID'],
  GetParentTopicInfoRequestHeader: ['request', 'GET_PARENT_TOPIC_INFO'],
  GetReplicaInfoResponseHeader: ['response', 'CONTROLLER_GET_REPLICA_INFO'],
  GetConsumerStatusRequestHeader: ['request', 'GET_CONSUMER_STATUS_FROM_CLIENT'],
  LiteSubscriptionCtlRequestHeader: ['request', 'LITE_SUBSCRIPTION_CTL'],
  NotificationResponseHeader: ['response', 'NOTIFICATION'],
  PollingInfoResponseHeader: ['response', 'POLLING_INFO'],
  PopLiteMessageRequestHeader: ['request', 'POP_LITE_MESSAGE'],
  PopLiteMessageResponseHeader: ['response', 'POP_LITE_MESSAGE'],
  PopMessageResponseHeader: ['response', 'POP_MESSAGE', 'PEEK_MESSAGE'],
  PullMessageRequestHeader: ['request', 'LITE_PULL_MESSAGE'],
  PullMessageResponseHeader: ['response', 'PULL_MESSAGE', 'LITE_PULL_MESSAGE'],
  QueryConsumerOffsetResponseHeader: ['response', 'QUERY_CONSUMER_OFFSET'],
  QueryDataVersionResponseHeader: ['response', 'QUERY_DATA_VERSION'],
  QueryMessageResponseHeader: ['response', 'QUERY_MESSAGE'],
  RecallMessageResponseHeader: ['response', 'RECALL_MESSAGE'],
  RegisterBrokerResponseHeader: ['response', 'REGISTER_BROKER'],
  RegisterBrokerToControllerResponseHeader: ['response', 'CONTROLLER_REGISTER_BROKER'],
  ResetOffsetRequestHeader: ['request', 'RESET_CONSUMER_CLIENT_OFFSET'],
  SearchOffsetResponseHeader: ['response', 'SEARCH_OFFSET_BY_TIMESTAMP'],
  SendMessageRequestHeaderV2: ['request', 'SEND_BATCH_MESSAGE', 'SEND_REPLY_MESSAGE_V2'],
  SendMessageRequestHeader: ['request', 'SEND_REPLY_MESSAGE'],
  SendMessageResponseHeader: [
    'response',
    'SEND_MESSAGE',
    'SEND_MESSAGE_V2',
    'SEND_BATCH_MESSAGE',
    'SEND_REPLY_MESSAGE',
    'SEND_REPLY_MESSAGE_V2',
  ],
  CreateTopicRequestHeader: ['request', 'UPDATE_AND_CREATE_STATIC_TOPIC'],
  TriggerLiteDispatchRequestHeader: ['request', 'TRIGGER_LITE_DISPATCH'],
  WipeWritePermOfBrokerResponseHeader: ['response', 'WIPE_WRITE_PERM_OF_BROKER'],
};

/** Classes without a request in 5.5.0, and answers whose class has no field. */
const UNUSED = [
  'EndTransactionResponseHeader',
  'GetConsumerListByGroupResponseHeader',
  'InitConsumerOffsetRequestHeader',
  'RegisterOrderTopicRequestHeader',
  'StatisticsMessagesRequestHeader',
  'UnregisterClientResponseHeader',
  'UpdateConsumerOffsetResponseHeader',
  'ViewMessageResponseHeader',
];

/** Where the table differs on purpose: fields by wire name, with the reason. */
const DIFFERENT: Record<string, string> = {
  'GET_ALL_TOPIC_CONFIG.topicSeq': 'older slaves send no header',
  'GET_ALL_SUBSCRIPTIONGROUP_CONFIG.groupSeq': 'older slaves send no header',
  'REGISTER_BROKER.__ZONE_NAME': 'an extField without a header class',
  'GET_ROUTEINFO_BY_TOPIC.__ZONE_NAME': 'an extField without a header class',
  'GET_ROUTEINFO_BY_TOPIC.__ZONE_MODE': 'an extField without a header class',
  'SET_COMMITLOG_READ_MODE.READ_AHEAD_MODE': 'an extField without a header class',
  'SWITCH_TIMER_ENGINE.E_T': 'an extField without a header class',
};
/** Inherited by the short form's class, which sends it as `n` instead. */
const SHORT_FORM_LACKS = ['bname'];

const KINDS: Record<string, Kind> = {
  String: 'str',
  BoundaryType: 'str',
  Integer: 'i32',
  int: 'i32',
  Long: 'i64',
  long: 'i64',
  Boolean: 'bool',
  boolean: 'bool',
};

function declared(name: RequestName, direction: 'request' | 'response'): Map<string, string> {
  const codec = direction === 'request' ? requestCodec(name) : responseCodec(name);
  return new Map(codec.fields.map((f) => [f.wire, f.kind + (f.required ? '' : '?')]));
}

function differences(
  header: string,
  name: RequestName,
  direction: 'request' | 'response',
): string[] {
  const have = declared(name, direction);
  const want = new Map(
    headers[header]!.map((f) => [f.name, KINDS[f.type]! + (f.required ? '' : '?')]),
  );
  const short = header === 'SendMessageRequestHeaderV2';
  return [...new Set([...have.keys(), ...want.keys()])]
    .filter((field) => have.get(field) !== want.get(field))
    .filter((field) => !(`${name}.${field}` in DIFFERENT))
    .filter((field) => !(short && SHORT_FORM_LACKS.includes(field)))
    .map((f) => `${name}.${f}: ${want.get(f)} in RocketMQ, ${have.get(f)} here (${header})`);
}

test('every request code of RocketMQ, and no other', () => {
  assert.deepEqual(
    Object.fromEntries(names.map((name) => [name, REQUESTS[name].code]).sort()),
    Object.fromEntries(Object.entries(codes).sort()),
  );
  for (const name of names) assert.equal(requestName(REQUESTS[name].code), name);
  assert.equal(requestName(99999), undefined);
});

test('every header, field, type and requiredness of RocketMQ', () => {
  const wrong: string[] = [];
  const checked = new Set<string>(UNUSED);
  const withHeader = { request: new Set<string>(), response: new Set<string>() };
  const check = (header: string, name: RequestName, direction: 'request' | 'response'): void => {
    wrong.push(...differences(header, name, direction));
    checked.add(header);
    withHeader[direction].add(name);
  };
  for (const [header, code] of Object.entries(headerCodes)) {
    const direction = header.includes('ResponseHeader') ? 'response' : 'request';
    check(header, requestName(Number(code))!, direction);
  }
  for (const [header, [direction, ...users]] of Object.entries(UNMARKED)) {
    for (const name of users) check(header, name, direction);
  }
  for (const header of Object.keys(headers)) {
    if (!checked.has(header)) wrong.push(`${header} is not declared`);
  }
  for (const name of names) {
    for (const direction of ['request', 'response'] as const) {
      const invented = [...declared(name, direction).keys()].filter(
        (field) => !withHeader[direction].has(name) && !(`${name}.${field}` in DIFFERENT),
      );
      if (invented.length > 0) wrong.push(`${name} ${direction} has ${invented.join()}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test('what differs on purpose really differs', () => {
  for (const key of Object.keys(DIFFERENT)) {
    const [name, field] = key.split('.') as [RequestName, string];
    assert.ok(declared(name, 'request').has(field), key);
  }
});

const VALUES: Record<Kind, fc.Arbitrary<unknown>> = {
  str: fc.string({ unit: 'grapheme' }),
  i32: fc.integer(),
  i64: fc.maxSafeInteger(),
  bool: fc.boolean(),
};

/** Values of a header: all required fields, any of the optional ones. */
function headerValues(name: RequestName, direction: 'request' | 'response'): fc.Arbitrary<object> {
  const codec = direction === 'request' ? requestCodec(name) : responseCodec(name);
  const fields = codec.fields.map((f) => [f.name, VALUES[f.kind]] as const);
  const requiredKeys = codec.fields.filter((f) => f.required).map((f) => f.name);
  return fc.record(Object.fromEntries(fields), { requiredKeys, noNullPrototype: true });
}

test('generated header values of every row come back as they were', () => {
  for (const name of names) {
    for (const direction of ['request', 'response'] as const) {
      const codec = direction === 'request' ? requestCodec(name) : responseCodec(name);
      fc.assert(
        fc.property(headerValues(name, direction), (header) => {
          const ext = codec.encode(header as never);
          assert.ok(Object.values(ext).every((value) => typeof value === 'string'));
          assert.deepEqual(codec.decode(ext, name), header);
        }),
        { numRuns: 20 },
      );
    }
  }
});

test('the short form of a send has RocketMQ letters', () => {
  const row = rows.SEND_MESSAGE_V2!;
  assert.equal(Object.values(row.wire!).sort().join(''), 'abcdefghijklmn');
  const ext = requestCodec('SEND_MESSAGE_V2').encode({
    producerGroup: 'P',
    topic: 'T',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 1,
    sysFlag: 0,
    bornTimestamp: 5,
    flag: 0,
    bname: 'broker-a',
  });
  assert.deepEqual(ext, { a: 'P', b: 'T', c: 'TBW102', d: '4', e: '1', f: '0', g: '5', h: '0', n: 'broker-a' }); // prettier-ignore
});
