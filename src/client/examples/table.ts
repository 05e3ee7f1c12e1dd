// The example programs by the names of their Java classes, for tools.sh. Loaded when they run.

import { MqError } from '../../base/errors.js';
import type { Program, ProgramContext } from './program.js';

const PACKAGE = 'org.apache.rocketmq.example.';

type Loader = () => Promise<Program>;
const from =
  <M>(load: () => Promise<M>) =>
  (name: { [K in keyof M]: M[K] extends Program ? K : never }[keyof M]): Loader =>
  async () =>
    (await load())[name] as Program;

const producers = from(() => import('./producers.js'));
const consumers = from(() => import('./consumers.js'));
const pulling = from(() => import('./pulling.js'));
const benchmark = from(() => import('./benchmark.js'));
const conversations = from(() => import('./conversations.js'));

/** Class names without the package that they share. */
export const EXAMPLES: Readonly<Record<string, Loader>> = {
  'quickstart.Producer': producers('quickstart'),
  'quickstart.Consumer': consumers('quickstart'),
  'simple.Producer': producers('simple'),
  'simple.AsyncProducer': producers('async'),
  'simple.OnewayProducer': producers('oneway'),
  'simple.PushConsumer': consumers('simple'),
  'simple.PullConsumer': pulling('pull'),
  'simple.PullScheduleService': pulling('pullSchedule'),
  'simple.LitePullConsumerSubscribe': pulling('litePullSubscribe'),
  'simple.LitePullConsumerAssign': pulling('litePullAssign'),
  'simple.LitePullConsumerAssignWithSubExpression': pulling('litePullAssignWithSubExpression'),
  'batch.SimpleBatchProducer': producers('batch'),
  'batch.SplitBatchProducer': producers('splitBatch'),
  'benchmark.Producer': benchmark('producer'),
  'benchmark.Consumer': benchmark('consumer'),
  'broadcast.PushConsumer': consumers('broadcast'),
  'filter.TagFilterProducer': producers('tagFilter'),
  'filter.TagFilterConsumer': consumers('tagFilter'),
  'filter.SqlFilterProducer': producers('sqlFilter'),
  'filter.SqlFilterConsumer': consumers('sqlFilter'),
  'namespace.ProducerWithNamespace': producers('namespaced'),
  'namespace.PullConsumerWithNamespace': pulling('namespaced'),
  'namespace.PushConsumerWithNamespace': consumers('namespaced'),
  'operation.Producer': producers('operation'),
  'operation.Consumer': consumers('operation'),
  'ordermessage.Producer': producers('orderly'),
  'ordermessage.Consumer': consumers('orderly'),
  'rpc.RequestProducer': conversations('request'),
  'rpc.AsyncRequestProducer': conversations('request'),
  'rpc.ResponseConsumer': conversations('response'),
  'schedule.ScheduledMessageProducer': producers('scheduled'),
  'schedule.ScheduledMessageConsumer': consumers('scheduled'),
  'schedule.TimerMessageProducer': producers('timer'),
  'schedule.TimerMessageConsumer': consumers('timer'),
  'tracemessage.TraceProducer': producers('trace'),
  'tracemessage.TracePushConsumer': consumers('trace'),
  'transaction.TransactionProducer': conversations('transaction'),
};

/** Full class names of all example programs. */
export function exampleNames(): string[] {
  return Object.keys(EXAMPLES).map((name) => PACKAGE + name);
}

/** Runs an example until it is done or `context.signal` is aborted. Throws USAGE for no example. */
export async function runExample(className: string, context: ProgramContext): Promise<void> {
  const short = className.startsWith(PACKAGE) ? className.slice(PACKAGE.length) : className;
  const load = Object.hasOwn(EXAMPLES, short) ? EXAMPLES[short] : undefined;
  if (!load) {
    const hint = `available: ${exampleNames().join(', ')}`;
    throw new MqError('USAGE', { text: `there is no program ${className}` }, { hint });
  }
  await (
    await load()
  )(context);
}
