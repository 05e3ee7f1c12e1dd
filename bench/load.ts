// The load generator, a process of its own: writes requests encoded beforehand to raw sockets and
// counts answers. Prints "begin" and "end" around what is measured, then one line of JSON.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Peer, Sender, Totals } from './peers.js';
import type { LoadPlan } from './plan.js';
import { Popper } from './popper.js';
import { Consumer, QueueReader } from './puller.js';
import { TimedPuller, TimedSender } from './timed.js';
import { Transactor } from './transactor.js';

export interface LoadResult {
  messages: number;
  ms: number;
  /** Of requests, in ms. */
  p50: number;
  p99: number;
  min: number;
  max: number;
  errors: number;
  firstError: string;
  /** Of the generator itself. */
  cpuMs: number;
}

function peerOf(plan: LoadPlan, socket: Socket, totals: Totals, index: number): Peer {
  switch (plan.kind) {
    case 'send':
      return new Sender(socket, totals, plan);
    case 'pull':
      return new QueueReader(socket, totals, plan, index);
    case 'consume':
      return new Consumer(socket, totals, plan, index);
    case 'transaction':
      return new Transactor(socket, totals, plan);
    case 'pop':
      return new Popper(socket, totals, plan, index);
    case 'timed':
      return index === 0
        ? new TimedSender(socket, totals, plan)
        : new TimedPuller(socket, totals, plan, index - 1);
  }
}

const READ_BYTES = 64 * 1024;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function run(plan: LoadPlan): Promise<LoadResult> {
  const totals = new Totals();
  const [host, port] = plan.broker.split(':');
  const peers: Peer[] = [];
  for (let i = 0; i < plan.connections; i++) {
    // One buffer for all that is read: the generator shall leave its CPU to the broker.
    const onread = { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: take };
    const socket = connect({ host, port: Number(port), noDelay: true, onread });
    function take(bytes: number, buffer: Uint8Array): boolean {
      peer.receive(Buffer.from(buffer.buffer, buffer.byteOffset, bytes));
      return true;
    }
    const peer = peerOf(plan, socket, totals, i);
    await once(socket, 'connect');
    socket.on('close', () => fail(`the broker closed connection ${i}`));
    peers.push(peer);
  }
  const begin = (): void => peers.forEach((peer) => peer.begin());
  if (!plan.once) begin();
  await sleep(plan.warmMs);
  console.log('begin');
  const cpu = process.cpuUsage();
  const started = performance.now();
  totals.measuring = true;
  if (plan.once) {
    const allRead = new Promise<void>((resolve) => (totals.allRead = resolve));
    begin();
    await allRead;
  } else {
    await sleep(plan.runMs);
  }
  totals.measuring = false;
  const ms = performance.now() - started;
  const used = process.cpuUsage(cpu);
  console.log('end');
  const samples = totals.samples.subarray(0, totals.taken).sort();
  const at = (part: number): number => samples[Math.floor(samples.length * part)] ?? 0;
  const { messages, errors, firstError } = totals;
  const cpuMs = (used.user + used.system) / 1000;
  const ends = { min: at(0), max: samples.at(-1) ?? 0 };
  return { messages, ms, p50: at(0.5), p99: at(0.99), ...ends, errors, firstError, cpuMs };
}

function fail(text: string): never {
  console.error(`error: ${text}`);
  process.exit(1);
}

const result = await run(JSON.parse(process.argv[2]!) as LoadPlan);
console.log(JSON.stringify(result));
process.exit(0);
