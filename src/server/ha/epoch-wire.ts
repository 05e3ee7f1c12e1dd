// What masters and slaves of a group with a controller say to each other over the HA port
// (AutoSwitchHAConnection, AutoSwitchHAClient). All begins with a state: 1 handshake, 2 transfer.
//
//   slave to master, handshake  4 state, 2 begin with the last file, 2 never counts, 8 broker id
//   slave to master, transfer   4 state, 8 end of the slave's log
//   master to slave, handshake  4 state, 4 bytes of epochs, 8 end of the log, 4 last epoch,
//                               then for each epoch 4 number, 8 log offset of its begin
//   master to slave, transfer   4 state, 4 bytes of data (0 in a heartbeat), 8 log offset, 4 epoch,
//                               8 begin of the epoch, 8 confirm offset, then the data

import { readInt64, writeInt64 } from '../../protocol/message.js';
import type { Epoch } from './epochs.js';

const HANDSHAKE = 1;
const TRANSFER = 2;
const SLAVE_HANDSHAKE_BYTES = 16;
const SLAVE_REPORT_BYTES = 12;
const MASTER_HANDSHAKE_BYTES = 20;
const TRANSFER_BYTES = 36;
const EPOCH_BYTES = 12;
const MAX_BYTES = 64 * 1024 * 1024;

export interface SlaveGreeting {
  fromLastFile: boolean;
  /** A copy that never counts and never leads. */
  learner: boolean;
  brokerId: number;
}

export function encodeGreeting({ fromLastFile, learner, brokerId }: SlaveGreeting): Buffer {
  const bytes = Buffer.alloc(SLAVE_HANDSHAKE_BYTES);
  bytes.writeInt32BE(HANDSHAKE, 0);
  bytes.writeInt16BE(fromLastFile ? 1 : 0, 4);
  bytes.writeInt16BE(learner ? 1 : 0, 6);
  writeInt64(bytes, brokerId, 8);
  return bytes;
}

export function encodeEpochReport(end: number): Buffer {
  const bytes = Buffer.alloc(SLAVE_REPORT_BYTES);
  bytes.writeInt32BE(TRANSFER, 0);
  writeInt64(bytes, end, 4);
  return bytes;
}

export function encodeEpochs(epochs: readonly Epoch[], end: number): Buffer {
  const bytes = Buffer.alloc(MASTER_HANDSHAKE_BYTES + epochs.length * EPOCH_BYTES);
  bytes.writeInt32BE(HANDSHAKE, 0);
  bytes.writeInt32BE(epochs.length * EPOCH_BYTES, 4);
  writeInt64(bytes, end, 8);
  bytes.writeInt32BE(epochs.at(-1)?.epoch ?? -1, 16);
  for (const [i, { epoch, start }] of epochs.entries()) {
    const at = MASTER_HANDSHAKE_BYTES + i * EPOCH_BYTES;
    bytes.writeInt32BE(epoch, at);
    writeInt64(bytes, start, at + 4);
  }
  return bytes;
}

export interface TransferHead extends Epoch {
  offset: number;
  size: number;
  confirmOffset: number;
}

export function encodeTransfer(head: TransferHead): Buffer {
  const bytes = Buffer.allocUnsafe(TRANSFER_BYTES);
  bytes.writeInt32BE(TRANSFER, 0);
  bytes.writeInt32BE(head.size, 4);
  writeInt64(bytes, head.offset, 8);
  bytes.writeInt32BE(head.epoch, 16);
  writeInt64(bytes, head.start, 20);
  writeInt64(bytes, head.confirmOffset, 28);
  return bytes;
}

export type FromSlave = ({ kind: 'greeting' } & SlaveGreeting) | { kind: 'report'; end: number };

export type FromMaster =
  | { kind: 'epochs'; epochs: Epoch[]; end: number }
  | ({ kind: 'transfer'; data: Buffer } & TransferHead);

type Take<T> = (bytes: Buffer, at: number) => { said: T; size: number } | 'more' | 'bad';

/** Cuts a stream of chunks into what was said; undefined when it is no such stream. */
export class EpochReader<T> {
  private rest: Buffer = Buffer.alloc(0);

  constructor(private readonly take: Take<T>) {}

  read(chunk: Buffer): T[] | undefined {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const said: T[] = [];
    let at = 0;
    for (;;) {
      const found = this.take(bytes, at);
      if (found === 'bad') return undefined;
      if (found === 'more') break;
      said.push(found.said);
      at += found.size;
    }
    this.rest = bytes.subarray(at);
    return said;
  }
}

export const takeFromSlave: Take<FromSlave> = (bytes, at) => {
  if (bytes.length - at < SLAVE_REPORT_BYTES) return 'more';
  const state = bytes.readInt32BE(at);
  if (state === TRANSFER) {
    const said = { kind: 'report', end: readInt64(bytes, at + 4) } as const;
    return { said, size: SLAVE_REPORT_BYTES };
  }
  if (state !== HANDSHAKE) return 'bad';
  if (bytes.length - at < SLAVE_HANDSHAKE_BYTES) return 'more';
  const said = {
    kind: 'greeting',
    fromLastFile: bytes.readInt16BE(at + 4) === 1,
    learner: bytes.readInt16BE(at + 6) === 1,
    brokerId: readInt64(bytes, at + 8),
  } as const;
  return { said, size: SLAVE_HANDSHAKE_BYTES };
};

export const takeFromMaster: Take<FromMaster> = (bytes, at) => {
  if (bytes.length - at < MASTER_HANDSHAKE_BYTES) return 'more';
  const state = bytes.readInt32BE(at);
  const size = bytes.readInt32BE(at + 4);
  if ((state !== HANDSHAKE && state !== TRANSFER) || size < 0 || size > MAX_BYTES) return 'bad';
  const begin = at + (state === HANDSHAKE ? MASTER_HANDSHAKE_BYTES : TRANSFER_BYTES);
  if (bytes.length < begin + size) return 'more';
  const offset = readInt64(bytes, at + 8);
  if (state === HANDSHAKE) {
    const epochs: Epoch[] = [];
    for (let i = begin; i + EPOCH_BYTES <= begin + size; i += EPOCH_BYTES) {
      epochs.push({ epoch: bytes.readInt32BE(i), start: readInt64(bytes, i + 4) });
    }
    return { said: { kind: 'epochs', epochs, end: offset }, size: begin + size - at };
  }
  const said = {
    kind: 'transfer',
    offset,
    size,
    epoch: bytes.readInt32BE(at + 16),
    start: readInt64(bytes, at + 20),
    confirmOffset: readInt64(bytes, at + 28),
    data: bytes.subarray(begin, begin + size),
  } as const;
  return { said, size: begin + size - at };
};
