// RocketMQ's benchmark programs: how many messages a second, how long each takes.

import { randomBytes } from 'node:crypto';
import { describeError } from '../../base/log.js';
import { Serialize } from '../../protocol/frame.js';
import { createPushConsumer } from '../consumer/push-consumer.js';
import type { Message } from '../message.js';
import { createProducer, type Producer } from '../producer.js';
import { signWith } from '../../protocol/sign.js';
import {
  clientOptions,
  type Program,
  type ProgramContext,
  readOptions,
  untilStopped,
} from './program.js';

type Options = Record<string, string | undefined>;

const WINDOW = 10;
const DEFAULT_ACCESS_KEY = 'rocketmq2';
const DEFAULT_SECRET_KEY = '12345678';

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';
const number = (value: string | undefined, fallback: number): number =>
  value === undefined || !Number.isFinite(Number(value)) ? fallback : Number(value);

/** Options of both programs: name server, credentials; headers are binary as in RocketMQ. */
function connection(context: ProgramContext, options: Options) {
  const { n, a, ak = DEFAULT_ACCESS_KEY, sk = DEFAULT_SECRET_KEY, m } = options;
  return {
    ...clientOptions(context),
    ...(n === undefined ? {} : { namesrvAddr: n }),
    ...(isTrue(a) ? { sign: signWith({ accessKey: ak, secretKey: sk }) } : {}),
    serialize: Serialize.ROCKETMQ,
    trace: isTrue(m),
  };
}

/** Counters with a picture of each of the last ten seconds. */
class Meter {
  readonly totals = { at: 0, count: 0, failed: 0, ms: 0, storeMs: 0 };
  maxMs = 0;
  maxStoreMs = 0;
  private readonly pictures: Meter['totals'][] = [];

  constructor(private readonly now: () => number) {}

  add(ms: number, storeMs = 0): void {
    this.totals.count++;
    this.totals.ms += ms;
    this.totals.storeMs += storeMs;
    this.maxMs = Math.max(this.maxMs, ms);
    this.maxStoreMs = Math.max(this.maxStoreMs, storeMs);
  }

  picture(): void {
    this.pictures.push({ ...this.totals, at: this.now() });
    if (this.pictures.length > WINDOW) this.pictures.shift();
  }

  get full(): boolean {
    return this.pictures.length >= WINDOW;
  }

  /** Of the time between the first and the last picture. */
  rates(): { tps: number; averageMs: string; averageStoreMs: string; failed: number } {
    const first = this.pictures[0] ?? this.totals;
    const last = this.pictures.at(-1) ?? this.totals;
    const count = last.count - first.count;
    const mean = (sum: number): string => (count === 0 ? 0 : sum / count).toFixed(3).padStart(7);
    return {
      tps: Math.floor((count / Math.max(1, last.at - first.at)) * 1000),
      averageMs: mean(last.ms - first.ms),
      averageStoreMs: mean(last.storeMs - first.storeMs),
      failed: last.failed - first.failed,
    };
  }
}

/** `2026-11-21 08:30:00,123`, local time. */
function timeText(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time},${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** Takes pictures and prints reports until stopped. */
function reporting(
  { clock }: ProgramContext,
  meter: Meter,
  everyMs: number,
  report: () => void,
): { stop(): void } {
  const pictures = clock.every(1000, () => meter.picture());
  const reports = clock.every(everyMs, () => {
    if (meter.full) report();
  });
  return {
    stop() {
      pictures.stop();
      reports.stop();
    },
  };
}

const PRODUCER_USAGE =
  'usage: benchmarkProducer [-n <arg>] [-t <arg>] [-w <arg>] [-s <arg>] [-q <arg>] [-k <arg>] ' +
  '[-p <arg>] [-l <arg>] [-d <arg>] [-e <arg>] [-y <arg>] [-m <arg>] [-a <arg>] [-ri <arg>]';

/** benchmark.Producer. */
export const producer: Program = async (context) => {
  const options = readOptions(context, PRODUCER_USAGE, []) as Options;
  const { t = 'BenchmarkTest', k, p, l, m, a, d, e = '1', y } = options;
  const threads = isTrue(y) ? 1000 : number(options.w, 64);
  const size = number(options.s, 128);
  const quantity = number(options.q, 0);
  const everyMs = number(options.ri, 10_000);
  context.out(
    `topic: ${t}, threadCount: ${threads}, messageSize: ${size}, keyEnable: ${isTrue(k)}, ` +
      `propertySize: ${number(p, 0)}, tagCount: ${number(l, 0)}, traceEnable: ${isTrue(m)}, ` +
      `aclEnable: ${isTrue(a)}, messageQuantity: ${quantity}, delayEnable: ${isTrue(d)}, ` +
      `delayLevel: ${e}, asyncEnable: ${isTrue(y)}\n compressEnable: false, ` +
      `reportInterval: ${everyMs}\n`,
  );
  const sender = createProducer({
    ...connection(context, options),
    group: 'benchmark_producer',
    limits: { compressAboveBytes: Infinity },
  });
  await sender.start();
  const meter = new Meter(() => context.clock.now());
  const reports = reporting(context, meter, everyMs, () =>
    context.out(`Current Time: ${timeText(context.clock.now())} | ${sendReport(meter)}\n`),
  );
  const make = messageMaker(context, options, t, size);
  await sendMany(context, sender, meter, make, { threads, quantity });
  meter.picture();
  const total = meter.totals.count + meter.totals.failed;
  context.out(`[Complete] Send Total: ${total} | ${sendReport(meter)}\n`);
  reports.stop();
  await sender.stop();
};

function sendReport(meter: Meter): string {
  const { tps, averageMs } = meter.rates();
  return (
    `Send TPS: ${tps} | Max RT(ms): ${Math.round(meter.maxMs)} | ` +
    `Average RT(ms): ${averageMs} | Send Failed: ${meter.totals.failed} | Response Failed: 0`
  );
}

function messageMaker(
  { clock }: ProgramContext,
  { k, p, l, d, e }: Options,
  topic: string,
  size: number,
): () => Message {
  const body = Buffer.from(randomBytes(size).toString('hex').slice(0, size));
  const tags = number(l, 0);
  const properties: Record<string, string> = {};
  for (let i = 0, bytes = 0; bytes < number(p, 0); i++) {
    properties[`prop${i}`] = `hello${i}`;
    bytes += `prop${i}hello${i}`.length;
  }
  return () => ({
    topic,
    body,
    properties,
    ...(isTrue(k) ? { keys: String(Math.floor(clock.now() / 1000)) } : {}),
    ...(tags > 0 ? { tags: `tag${clock.now() % tags}` } : {}),
    ...(isTrue(d) ? { delayLevel: number(e, 1) } : {}),
  });
}

async function sendMany(
  { clock, signal, err }: ProgramContext,
  sender: Producer,
  meter: Meter,
  make: () => Message,
  { threads, quantity }: { threads: number; quantity: number },
): Promise<void> {
  let started = 0;
  let hopeless = false;
  const more = (): boolean =>
    !hopeless && !signal.aborted && (quantity === 0 || started++ < quantity);
  meter.picture();
  const senders = Array.from({ length: threads }, async () => {
    while (more()) {
      const begin = clock.monotonic();
      try {
        await sender.send(make());
        meter.add(clock.monotonic() - begin);
      } catch (error) {
        meter.totals.failed++;
        if (hopeless) return;
        // Before anything was sent a failure means that nothing is set up.
        hopeless = meter.totals.count === 0;
        if (hopeless) throw error;
        err(`error: ${describeError(error)}\n`);
      }
    }
  });
  await Promise.all(senders);
}

const CONSUMER_USAGE =
  'usage: benchmarkConsumer [-n <arg>] [-t <arg>] [-w <arg>] [-g <arg>] [-p <arg>] [-r <arg>] ' +
  '[-m <arg>] [-a <arg>] [-ri <arg>]';

/** benchmark.Consumer. */
export const consumer: Program = async (context) => {
  const options = readOptions(context, CONSUMER_USAGE, []) as Options;
  const { t = 'BenchmarkTest', g = 'benchmark_consumer', p = 'false', m, a } = options;
  const { clock, out } = context;
  const group = isTrue(p) ? `${g}_${clock.now() % 100}` : g;
  const threads = number(options.w, 20);
  const everyMs = number(options.ri, 10_000);
  out(
    `topic: ${t}, threadCount ${threads}, group: ${group}, suffix: ${p}, filterType: null, ` +
      `expression: null, msgTraceEnable: ${isTrue(m)}, aclEnable: ${isTrue(a)}, ` +
      `reportInterval: ${everyMs}\n`,
  );
  const meter = new Meter(() => clock.now());
  const failRate = number(options.r, 0);
  const own = { ...connection(context, options), group, consumeThreadMax: threads };
  const receiver = createPushConsumer(own);
  receiver.subscribe(t).listen(([message]) => {
    const now = clock.now();
    meter.add(now - message!.bornTimestamp, now - message!.storeTimestamp);
    if (failRate === 0 || randomBytes(1)[0]! / 256 >= failRate) return 'ok';
    meter.totals.failed++;
    return 'later';
  });
  await receiver.start();
  out('Consumer Started.\n');
  const reports = reporting(context, meter, everyMs, () => {
    const { tps, averageMs, averageStoreMs, failed } = meter.rates();
    out(
      `Current Time: ${timeText(clock.now())} | Consume TPS: ${tps} | ` +
        `AVG(B2C) RT(ms): ${averageMs} | AVG(S2C) RT(ms): ${averageStoreMs} | ` +
        `MAX(B2C) RT(ms): ${meter.maxMs} | MAX(S2C) RT(ms): ${meter.maxStoreMs} | ` +
        `Consume Fail: ${failed}\n`,
    );
    meter.maxMs = 0;
    meter.maxStoreMs = 0;
  });
  await untilStopped(context);
  reports.stop();
  await receiver.stop();
};
