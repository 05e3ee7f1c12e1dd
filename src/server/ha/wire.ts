// What masters and slaves say to each other over the HA port (DefaultHAService):
//
//   slave to master   8  end of the slave's log
//   master to slave   8  log offset of the data (or of the next data, in a heartbeat)
//                     4  size of the data, 0 in a heartbeat
//                     n  bytes of the log, never across the end of a commitlog file

import { readInt64, writeInt64 } from '../../protocol/message.js';

export const REPORT_BYTES = 8;
export const PIECE_HEADER_BYTES = 12;
/** A size beyond this is no size: the other side speaks something else. */
const MAX_PIECE_BYTES = 64 * 1024 * 1024;

export function encodeReport(offset: number): Buffer {
  const report = Buffer.allocUnsafe(REPORT_BYTES);
  writeInt64(report, offset, 0);
  return report;
}

export function encodePieceHeader(offset: number, size: number): Buffer {
  const header = Buffer.allocUnsafe(PIECE_HEADER_BYTES);
  writeInt64(header, offset, 0);
  header.writeInt32BE(size, 8);
  return header;
}

/** Reads reports out of a stream of chunks; only the newest counts. */
export class ReportReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The newest whole report, or undefined. */
  read(chunk: Buffer): number | undefined {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const whole = bytes.length - (bytes.length % REPORT_BYTES);
    this.rest = bytes.subarray(whole);
    return whole > 0 ? readInt64(bytes, whole - REPORT_BYTES) : undefined;
  }
}

export interface Piece {
  offset: number;
  /** Empty in a heartbeat. */
  data: Buffer;
}

/** Reads pieces of the log out of a stream of chunks. */
export class PieceReader {
  private rest: Buffer = Buffer.alloc(0);

  /** The pieces that are whole by now; undefined when this is no such stream. */
  read(chunk: Buffer): Piece[] | undefined {
    const bytes = this.rest.length > 0 ? Buffer.concat([this.rest, chunk]) : chunk;
    const pieces: Piece[] = [];
    let at = 0;
    while (bytes.length - at >= PIECE_HEADER_BYTES) {
      const size = bytes.readInt32BE(at + 8);
      if (size < 0 || size > MAX_PIECE_BYTES) return undefined;
      const end = at + PIECE_HEADER_BYTES + size;
      if (end > bytes.length) break;
      const data = bytes.subarray(at + PIECE_HEADER_BYTES, end);
      pieces.push({ offset: readInt64(bytes, at), data });
      at = end;
    }
    this.rest = bytes.subarray(at);
    return pieces;
  }
}
