// Numbers into bytes through a DataView: V8 makes one instruction of each of its methods, where
// those of Buffer are calls with checks, ten times as slow. Views are made once for a buffer.

export interface Bytes {
  buffer: Buffer;
  view: DataView;
}

export const withView = (buffer: Buffer): Bytes => ({ buffer, view: viewOf(buffer) });

export const viewOf = ({ buffer, byteOffset, length }: Buffer): DataView =>
  new DataView(buffer, byteOffset, length);

/** A safe integer as int64, without the cost of a bigint. */
export function setInt64(view: DataView, at: number, value: number): void {
  view.setInt32(at, Math.floor(value / 0x100000000));
  view.setInt32(at + 4, value >>> 0);
}
