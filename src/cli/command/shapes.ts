// Shapes that the --json of several commands is made of.

/** Addresses of the brokers that did what was asked. */
export const ADDRESSES = ['text'] as const;

const queue = { topic: 'text', brokerName: 'text', queueId: 'int', '*': 'any' } as const;

export const QUEUE = queue;

/** Settings, or figures, by name. */
export const SETTINGS = { '*': 'text' } as const;

/** By address of the server. */
export const SETTINGS_BY_ADDRESS = { '*': SETTINGS } as const;

export const CLIENT = {
  clientId: 'text',
  clientAddr: 'text',
  language: 'text',
  version: 'int',
  '*': 'any',
} as const;

export const SUBSCRIPTION = {
  topic: 'text',
  subString: 'text',
  tagsSet: ['text'],
  codeSet: ['int'],
  subVersion: 'int',
  expressionType: 'text',
  classFilterMode: 'bool',
  '*': 'any',
} as const;

export const TOPIC_CONFIG = {
  topicName: 'text',
  readQueueNums: 'int',
  writeQueueNums: 'int',
  perm: 'int',
  topicFilterType: 'text',
  topicSysFlag: 'int',
  order: 'bool',
  attributes: { '*': 'text' },
  '*': 'any',
} as const;

export const GROUP_CONFIG = {
  groupName: 'text',
  consumeEnable: 'bool',
  consumeFromMinEnable: 'bool',
  consumeBroadcastEnable: 'bool',
  consumeMessageOrderly: 'bool',
  retryQueueNums: 'int',
  retryMaxTimes: 'int',
  groupRetryPolicy: { '*': 'any' },
  brokerId: 'int',
  whichBrokerWhenConsumeSlowly: 'int',
  notifyConsumerIdsChangedEnable: 'bool',
  groupSysFlag: 'int',
  consumeTimeoutMinute: 'int',
  attributes: { '*': 'text' },
  '*': 'any',
} as const;

/** The body is text, or in base64 where it is none. */
export const MESSAGE = {
  topic: 'text',
  'body?': 'text',
  'bodyBase64?': 'text',
  'tags?': 'text',
  'keys?': 'text',
  flag: 'int',
  properties: { '*': 'text' },
  msgId: 'text',
  offsetMsgId: 'text',
  'brokerName?': 'text',
  queueId: 'int',
  queueOffset: 'int',
  storeSize: 'int',
  sysFlag: 'int',
  bornTimestamp: 'int',
  bornHost: 'text',
  storeTimestamp: 'int',
  storeHost: 'text',
  commitLogOffset: 'int',
  bodyCrc: 'int',
  reconsumeTimes: 'int',
  preparedTransactionOffset: 'int',
  'transactionId?': 'text',
} as const;

/** A message, the file that holds its body, and which groups have consumed it. */
export const MESSAGE_DETAIL = {
  ...MESSAGE,
  bodyPath: 'text',
  tracks: [{ consumerGroup: 'text', trackType: 'text', 'exceptionDesc?': 'text' }],
} as const;

export const SEND_RESULT = {
  status: 'text',
  msgId: 'text',
  'offsetMsgId?': 'text',
  queue,
  queueOffset: 'int',
  'transactionId?': 'text',
  'recallHandle?': 'text',
} as const;

/** What became of a group's offsets: told to its clients, or in the broker's table. */
export const RESET = {
  '|': [
    [{ ...queue, offset: 'int' }],
    [
      {
        ...queue,
        brokerOffset: 'int',
        consumerOffset: 'int',
        timestampOffset: 'int',
        rollbackOffset: 'int',
      },
    ],
  ],
} as const;

export const USER = {
  username: 'text',
  'password?': 'text|null',
  'userType?': 'text|null',
  'userStatus?': 'text|null',
  '*': 'any',
} as const;

export const ACL = {
  subject: 'text',
  policies: [
    {
      policyType: 'text',
      entries: [
        {
          resource: 'text',
          actions: ['text'],
          sourceIps: ['text'],
          decision: 'text',
          '*': 'any',
        },
      ],
      '*': 'any',
    },
  ],
  '*': 'any',
} as const;

export const COPIED = [{ name: 'text', found: 'bool' }] as const;

/** What each broker of a lite topic answered, as it came, or why it did not. */
export const LITE_ANSWERS = [
  { brokerName: 'text', brokerAddr: 'text', 'info?': { '*': 'any' }, 'error?': 'text' },
] as const;

/** Files that hold the queue mapping of before and after; null with -mf. */
export const MAPPING_FILES = { '|': [{ before: 'text', after: 'text' }, 'null'] } as const;
