// Our servers answer the captured requests of Apache RocketMQ's clients and brokers with the same
// codes, fields and bodies. What differs on purpose is listed, and has to differ.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastClock } from '../support/fast-clock.js';
import { startNamesrv } from '../support/namesrv.js';
import { startServers } from '../support/servers.js';
import { type Ending, endingWith, tempFolder } from '../support/temp.js';
import { captured, type CapturedFrame } from './captures.js';
import { type Difference, replay, type ReplayOptions } from './replay.js';

/** Long polls of 15 s and retries after 10 s are over in two seconds. */
const FACTOR = 8;

interface Known {
  capture: string;
  frame: RegExp;
  at: RegExp;
  why: string;
}

const KNOWN: Known[] = [
  {
    capture: 'setup',
    frame: /^UPDATE_AND_CREATE_TOPIC/,
    at: /^remark$/,
    why: 'RocketMQ succeeds with the remark "not set any response code"',
  },
  {
    capture: 'pop',
    frame: /^CHANGE_MESSAGE_INVISIBLETIME/,
    at: /^remark$/,
    why: 'RocketMQ succeeds with the remark "not set any response code"',
  },
  {
    capture: 'sql92',
    frame: /^CHECK_CLIENT_CONFIG/,
    at: /^remark$/,
    why: 'our words for an expression that does not parse',
  },
  {
    capture: 'sql92',
    frame: /^PULL_MESSAGE at 4566/,
    at: /^body\.0\.(bornTimestamp|properties\.UNIQ_KEY)$/,
    why: 'that message was sent before this capture began',
  },
  {
    capture: 'broker-namesrv-compressed',
    frame: /^REGISTER_BROKER/,
    at: /^(code|remark)$/,
    why: 'RocketMQ cannot read its own compressed registration; we can',
  },
  {
    capture: 'broker-namesrv-start+slave-namesrv',
    frame: /^REGISTER_BROKER/,
    at: /^ext\.haServerAddr$/,
    why: 'the recording proxy put its own port into that answer',
  },
];

async function assertPlays(captures: readonly string[], options: ReplayOptions): Promise<void> {
  for (const capture of captures) {
    const frames = capture
      .split('+')
      .flatMap((name, i) => captured(name).map((one) => ({ ...one, conn: one.conn + 1000 * i })))
      .map(withoutStrangers);
    const differences = await replay(frames, options);
    const known = KNOWN.filter((one) => one.capture === capture);
    const fits = (difference: Difference, one: Known): boolean =>
      one.frame.test(difference.frame) && one.at.test(difference.at);
    const news = differences.filter((one) => !known.some((entry) => fits(one, entry)));
    assert.deepEqual(news, [], capture);
    for (const one of known) {
      assert.ok(
        differences.some((difference) => fits(difference, one)),
        `no longer so: ${one.why}`,
      );
    }
  }
}

/** Another broker was registered while the captures were made: it is taken out of the answers. */
function withoutStrangers(frame: CapturedFrame): CapturedFrame {
  const text = Buffer.from(frame.bodyBase64 ?? '', 'base64').toString('latin1');
  if (!text.includes('broker-g"')) return frame;
  const rest = text
    .replace(/"GoldenCluster":\["broker-g"\],?/, '')
    .replace(/"broker-g":\{"brokerAddrs":\{[^}]*\}[^}]*\},?/, '')
    .replace(/\{"brokerAddrs":\{[^}]*\},"brokerName":"broker-g"[^}]*\},?/, '')
    .replace(/\{"brokerName":"broker-g"[^}]*\},?/, '')
    .replace(/,([\]}])/g, '$1');
  return { ...frame, bodyBase64: Buffer.from(rest, 'latin1').toString('base64') };
}

async function startWireCluster(ending: Ending): Promise<ReplayOptions> {
  const broker = {
    brokerName: 'broker-w',
    brokerClusterName: 'WireCluster',
    brokerIP1: '127.0.0.2',
    enablePropertyFilter: true,
  };
  const clock = fastClock(FACTOR);
  const cluster = await startServers(ending, { broker, clock });
  const address = cluster.broker.replace('127.0.0.1', '127.0.0.2');
  return {
    addresses: { 'client>broker': address, 'client>namesrv': cluster.namesrv },
    renamed: { '127.0.0.2:22911': address },
    adapt(frame, codeName, said) {
      const ext = frame.ext ?? {};
      // The message to send back lies where our broker has put it.
      if (codeName === 'CONSUMER_SEND_MSG_BACK') {
        ext.offset = String(BigInt(`0x${said.lastMsgId.slice(16)}`));
      }
      // A POP that was asked long ago is not answered any more.
      if (codeName === 'POP_MESSAGE') ext.bornTime = String(clock.now());
      for (const [captured, ours] of said.popTimes) {
        if (ext.extraInfo) ext.extraInfo = ext.extraInfo.replace(captured, ours);
      }
    },
  };
}

test('producers, push and pull consumers, broadcasting, orderly', async (t) => {
  const options = await startWireCluster(endingWith((work) => t.after(work)));
  await assertPlays(['setup', 'producer', 'push', 'broadcast', 'lite', 'orderly'], options);
});

test('SQL92 filters, retries, request and reply', async (t) => {
  const options = await startWireCluster(endingWith((work) => t.after(work)));
  await assertPlays(['setup', 'producer', 'sql92', 'retry', 'request'], options);
});

test('POP', async (t) => {
  const options = await startWireCluster(endingWith((work) => t.after(work)));
  await assertPlays(['setup', 'pop'], options);
});

test('headers in ROCKETMQ form', async (t) => {
  const options = await startWireCluster(endingWith((work) => t.after(work)));
  await assertPlays(['setup', 'producer', 'push'], options);
  // Between these captures the five messages of the SQL92 capture were sent to queue 0.
  const isSend = (frame: CapturedFrame): boolean => frame.codeName === 'SEND_MESSAGE_V2';
  await replay(captured('sql92').filter(isSend), options);
  await assertPlays(['serialize'], options);
});

test('brokers that register, report and leave', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const options = { addresses: { 'broker>namesrv': address }, renamed: {} };
  await assertPlays(['broker-namesrv-compressed'], options);
  // The master stays connected while its slave comes and goes: one conversation.
  await assertPlays(['broker-namesrv-start+slave-namesrv'], options);
});
