// Unique message ids as RocketMQ's clients make them (MessageClientIDSetter), and this client's id.
//
//   address (4 or 16 bytes), process id u16, a constant of the process i32: as hex, then
//   ms since the start of the month i32, counter u16

import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../base/clock.js';
import { addressBytes } from '../protocol/host.js';

let prefix: string | undefined;
let counter = 0;
let month = { start: 0, next: 0 };

/** A new id, 32 hex digits (56 on a machine with IPv6 only). */
export function uniqueId(clock: Clock): string {
  const now = clock.now();
  if (now >= month.next || now < month.start) month = monthOf(now);
  const tail = Buffer.allocUnsafe(6);
  tail.writeUInt32BE(now - month.start, 0);
  tail.writeUInt16BE(counter, 4);
  counter = (counter + 1) & 0xffff;
  return (prefix ??= makePrefix()) + hex(tail);
}

function makePrefix(): string {
  const pid = Buffer.alloc(2);
  pid.writeUInt16BE(process.pid & 0xffff);
  const address = addressBytes(localAddress()) ?? Buffer.from([127, 0, 0, 1]);
  return hex(Buffer.concat([address, pid, randomBytes(4)]));
}

const hex = (bytes: Buffer): string => bytes.toString('hex').toUpperCase();

function monthOf(now: number): { start: number; next: number } {
  const date = new Date(now);
  const start = new Date(date.getFullYear(), date.getMonth(), 1).getTime();
  return { start, next: new Date(date.getFullYear(), date.getMonth() + 1, 1).getTime() };
}

let address: string | undefined;

/** The address of this machine that others most likely reach; 127.0.0.1 where there is none. */
export function localAddress(): string {
  if (address !== undefined) return address;
  const all = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = all.filter(({ internal }) => !internal);
  const found =
    outer.find(({ family }) => family === 'IPv4') ??
    outer.find(({ address: text }) => !text.startsWith('fe80'));
  return (address = found?.address ?? '127.0.0.1');
}

/** Client id: address, `@`, and a name that no other client of the machine has. */
export function newClientId(instanceName?: string): string {
  const name = instanceName ?? `${process.pid}#${process.hrtime.bigint()}`;
  return `${localAddress()}@${name}`;
}
