// How master and slave speak to each other. There are two ways: a log that only grows (wire.ts),
// and one with epochs, for groups whose master a controller chooses (epoch-dialect.ts).

import type { StoreReplication } from '../../store/message-store.js';
import { encodePieceHeader, encodeReport, type Piece, PieceReader, ReportReader } from './wire.js';

export interface Refusal {
  reason: string;
  /** What to do about it. */
  advice: string;
}

/** A master's side of one connection. */
export interface MasterDialect {
  /** Takes what the slave sent; the newest end of its log, when it has told one. */
  received(chunk: Buffer): number | undefined;
  /** Where to begin with a slave whose log ends at `offset`. */
  begin(offset: number): number | Refusal;
  /** Bytes at `offset` that may go into one piece, at most `wanted`. */
  room(offset: number, wanted: number): number;
  /** Before the data; of a heartbeat `size` is 0. */
  header(offset: number, size: number): Buffer;
  /** A heartbeat would tell something new. */
  news?(): boolean;
}

/** A slave's side of one connection. */
export interface SlaveDialect {
  /** What to say first. */
  greeting(): Buffer;
  /** Both sides agree on where to begin: reports may be sent. */
  readonly ready: boolean;
  /** Pieces that are whole by now; undefined when this is no such stream. */
  received(chunk: Buffer): Piece[] | undefined;
  /** Says that the log ends at `end`. */
  report(end: number): Buffer;
}

/** The connection that a dialect is spoken on. */
export interface SlaveLine {
  /** False once it was dropped. */
  readonly open: boolean;
  report(): void;
  drop(reason: string): void;
}

/** A log that only grows: the slave must have a part of it. */
export function plainMaster(store: StoreReplication): MasterDialect {
  const reports = new ReportReader();
  return {
    received: (chunk) => reports.read(chunk),
    begin(offset) {
      const refusal = outOfRange(store, offset);
      if (refusal) return refusal;
      if (offset > 0) return offset;
      const { min, end } = store.logRange();
      return Math.max(min, end - (end % store.logFileBytes)); // a new slave gets the last file
    },
    room: (_offset, wanted) => wanted,
    header: encodePieceHeader,
  };
}

export function outOfRange(store: StoreReplication, offset: number): Refusal | undefined {
  const { min, end } = store.logRange();
  if (offset > end || offset < 0) {
    return {
      reason: 'it is ahead of its master',
      advice: 'it has messages that this master never had: empty its store, or swap roles',
    };
  }
  if (offset === 0 || offset >= min) return undefined;
  return {
    reason: 'what it needs was deleted here',
    advice: 'empty its store to let it begin again',
  };
}

export function plainSlave(store: StoreReplication): SlaveDialect {
  const pieces = new PieceReader();
  return {
    ready: true,
    greeting: () => encodeReport(store.logRange().end),
    received: (chunk) => pieces.read(chunk),
    report: encodeReport,
  };
}
