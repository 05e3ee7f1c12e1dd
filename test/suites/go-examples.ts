// What each example of rocketmq-client-go does when the servers serve it: sends so many messages,
// shows the messages that the stage sends, or prints a line.

import type { GoStage } from './go-stage.js';

export interface GoExample {
  /** Has it run against the broker that checks accounts. */
  secured?: boolean;
  /** Examples that it needs beside it. */
  others?: readonly string[];
  /** Fails when it does not do what it is for. */
  steps(stage: GoStage): Promise<void>;
}

const MESSAGES = 10;
const TRACE_TOPIC = 'RMQ_SYS_TRACE_TOPIC';

/** Its line says so, and the topic has so many more. */
function sends(topic: string, count: number, lines = count): GoExample {
  return {
    async steps(stage) {
      const before = await stage.stored(topic);
      stage.start();
      await stage.printed(/send message success: result=SendResult \[sendStatus=0/g, lines);
      await stage.grown(topic, before + count);
    },
  };
}

/** Gets what is sent once it has its queue; other messages before are for finding that out. */
function receives(
  topic: string,
  properties: Record<string, string> = {},
  messages = MESSAGES,
): GoExample {
  return {
    async steps(stage) {
      await stage.wire.createTopic(topic, 1);
      stage.start();
      await stage.firstOf(topic, properties, () => stage.shows(stage.body('first')));
      const bodies = Array.from({ length: messages }, (_, i) => stage.body(`number-${i};`));
      for (const body of bodies) await stage.wire.send(topic, 0, body, properties);
      await stage.shown(bodies);
    },
  };
}

/** Tells of each message how late it came, and nothing else. */
const delayed: GoExample = {
  async steps(stage) {
    const [topic, properties] = ['TopicTest', { DELAY: '1' }];
    await stage.wire.createTopic(topic, 1);
    stage.start();
    const late = /\d{4} ms later/g;
    await stage.firstOf(topic, properties, () => stage.count(late) > 0);
    const had = stage.count(late);
    for (let i = 0; i < MESSAGES; i++) await stage.wire.send(topic, 0, 'late', properties);
    await stage.printed(late, had + MESSAGES);
  },
};

/** The same, and leaves traces of it. */
function traced(example: GoExample): GoExample {
  return {
    async steps(stage) {
      const before = await stage.stored(TRACE_TOPIC);
      await example.steps(stage);
      await stage.grown(TRACE_TOPIC, before + 1);
    },
  };
}

function secured(example: GoExample): GoExample {
  return { ...example, secured: true };
}

/** Asks; another example answers. */
const asks: GoExample = {
  others: ['consumer/rpc'],
  async steps(stage) {
    await stage.wire.createTopic('RequestTopic', 1);
    stage.start('consumer/rpc');
    await stage.firstOf('RequestTopic', {}, () => stage.shows(stage.body('first')));
    await stage.startUntil(/Requst to .*responseMsg:/g);
    // the body is empty: the client takes it for properties
    await stage.printed(/Requst to .*responseMsg:\[topic=DefaultCluster_REPLY_TOPIC/g, 1);
  },
};

/** Of ten it commits those that it knows how to, when it is asked. */
const transactions: GoExample = {
  async steps(stage) {
    const before = await stage.stored('TopicTest5');
    stage.start();
    await stage.printed(/send message success/g, 10);
    await stage.printed(/checkLocalTransaction COMMIT_MESSAGE/g, 3);
    await stage.printed(/checkLocalTransaction ROLLBACK_MESSAGE/g, 3);
    await stage.grown('TopicTest5', before + 3);
  },
};

/** One message comes back with more and more attempts. */
function retries(prints: RegExp): GoExample {
  return {
    async steps(stage) {
      await stage.wire.createTopic('TopicTest', 1);
      stage.start();
      await stage.firstOf('TopicTest', {}, () => stage.shows(stage.body('first')));
      await stage.printed(prints, 1);
    },
  };
}

const pulls = (tag: string, messages = MESSAGES): GoExample =>
  receives('ns%test-topic', { TAGS: tag }, messages);

export const GO_EXAMPLES: Readonly<Record<string, GoExample>> = {
  'admin/group': {
    async steps(stage) {
      stage.start();
      await stage.printed(/CID_ONSAPI_OWNER/g, 1);
    },
  },
  'admin/topic': {
    async steps(stage) {
      stage.start();
      await stage.printed(/TBW102/g, 1);
      await stage.printed(/create topic success/g, 1);
      await stage.printed(/delete topic success/g, 1);
    },
  },
  'consumer/acl': secured(receives('test')),
  'consumer/broadcast': receives('min'),
  'consumer/delay': delayed,
  'consumer/interceptor': receives('TopicTest'),
  'consumer/namespace': receives('namespace%test'),
  'consumer/orderly': receives('TopicTest'),
  // goes on by a message whenever it has committed, every five seconds: before the topic is long
  'consumer/pull/pull': pulls('testPull', 2),
  'consumer/pull/poll': pulls('testPull'),
  'consumer/pull/pull_from': pulls('testPullFrom'),
  'consumer/retry/concurrent': retries(/msg ReconsumeTimes > 5/g),
  'consumer/retry/order': retries(/ReconsumeTimes=5/gi),
  'consumer/rpc': receives('RequestTopic'),
  'consumer/simple': receives('test'),
  'consumer/strategy': receives('TopicTest'),
  'consumer/tag': receives('TopicTest', { TAGS: 'TagC' }),
  'consumer/trace': traced(receives('TopicTest')),
  'producer/acl': secured(sends('test', 1000)),
  'producer/async': sends('test', 10),
  'producer/batch': sends('test', 10, 1),
  'producer/delay': sends('test', 10),
  'producer/interceptor': sends('test', 10),
  'producer/namespace': sends('namespace%test', 1000),
  'producer/rpc/async': asks,
  'producer/rpc/sync': asks,
  'producer/simple': sends('test', 10),
  'producer/tag': sends('test', 3),
  'producer/trace': traced(sends('test', 1)),
  'producer/transaction': transactions,
};
