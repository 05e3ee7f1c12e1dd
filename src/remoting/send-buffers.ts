// Turns a list of buffers into few socket writes: small ones are joined, large ones go as they are.

import type { Socket } from 'node:net';

/** Below this size a copy is cheaper than a chunk of its own in writev. */
const SMALL_BYTES = 2048;
/** A joined chunk grows to about this size. */
const JOINED_BYTES = 64 * 1024;

export function sendBuffers(socket: Socket, buffers: readonly Buffer[]): void {
  if (buffers.length === 1) {
    socket.write(buffers[0]!);
    return;
  }
  socket.cork();
  let run: Buffer[] = [];
  let runBytes = 0;
  const flushRun = (): void => {
    if (run.length === 0) return;
    socket.write(run.length === 1 ? run[0]! : Buffer.concat(run, runBytes));
    run = [];
    runBytes = 0;
  };
  for (const buffer of buffers) {
    if (buffer.length >= SMALL_BYTES) {
      flushRun();
      socket.write(buffer);
      continue;
    }
    run.push(buffer);
    runBytes += buffer.length;
    if (runBytes >= JOINED_BYTES) flushRun();
  }
  flushRun();
  socket.uncork();
}
