// Numbers into bytes through a DataView: V8 makes one instruction of each of its methods, where
// those of Buffer are calls with checks, ten times as slow. Views are made once for a buffer.

export interface Bytes {
  buffer: Buffer;
  view: DataView;
}

export const withView = (buffer: Buffer): Bytes => ({ buffer, view: viewOf(buffer) });

export const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView =>
  new DataView(buffer, byteOffset, length);

/** A whole number of up to 2^53; readInt64 for a view. */
export const viewInt64 = (view: DataView, at: number): number =>
  view.getInt32(at) * 0x100000000 + view.getUint32(at + 4);

const SHORT_BYTES = 128;

/** Copies a part of `from`; for short ones a call, and the view that it needs, cost more. */
export function copyPart(from: Bytes, start: number, end: number, to: Bytes, at: number): void {
  if (end - start > SHORT_BYTES) {
    // subarray would ask for the species of a Buffer, which costs as much again as the copy
    const { buffer, byteOffset } = from.view;
    to.buffer.set(new Uint8Array(buffer, byteOffset + start, end - start), at);
    return;
  }
  let source = start;
  let target = at;
  for (; source + 4 <= end; source += 4, target += 4) {
    to.view.setInt32(target, from.view.getInt32(source, true), true);
  }
  for (; source < end; source++, target++) to.buffer[target] = from.buffer[source];
}

/** A safe integer as int64, without the cost of a bigint. */
export function setInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 0x100000000));
  view.setInt32(at + 4, value >>> 0);
}

/** An int64 that is a safe integer; beyond, the nearest double. */
export const getInt64 = (view: DataView, at: number): number =>
  view.getInt32(at) * 0x100000000 + view.getUint32(at + 4);
