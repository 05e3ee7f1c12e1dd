// Turns a list of buffers into few socket writes. Few bytes are copied into one piece of memory
// that is used again for the next write, for the kernel has taken them by then.

import type { Socket } from 'node:net';

/** Below this size a copy is cheaper than a chunk of its own in writev. */
const SMALL_BYTES = 2048;
/** A joined chunk grows to about this size. */
const JOINED_BYTES = 256 * 1024;

/**
 * Nobody holds it but a socket that has not written all of it; then it is replaced. Of two sizes,
 * so that a peer that does not read keeps no large piece for a small answer.
 */
const shared = [64 * 1024, JOINED_BYTES].map((bytes) => ({ bytes, memory: Buffer.alloc(0) }));

/** True when the buffers may be changed: the kernel has their bytes, or a copy waits for it. */
export function sendBuffers(socket: Socket, buffers: readonly Buffer[]): boolean {
  let bytes = 0;
  for (const buffer of buffers) bytes += buffer.length;
  if (buffers.length > 1 && bytes <= JOINED_BYTES && isPrompt(socket)) {
    sendCopy(socket, buffers, bytes);
    return true;
  }
  if (buffers.length === 1) socket.write(buffers[0]!);
  else sendInParts(socket, buffers);
  return socket.writableLength === 0;
}

/** It hands bytes to the kernel at once, as far as one can tell before. */
const isPrompt = (socket: Socket): boolean => socket.writableLength === 0 && !isTls(socket);
const isTls = (socket: Socket): boolean => 'encrypted' in socket;

function sendCopy(socket: Socket, buffers: readonly Buffer[], bytes: number): void {
  const piece = bytes <= shared[0]!.bytes ? shared[0]! : shared[1]!;
  if (piece.memory.length === 0) piece.memory = Buffer.allocUnsafeSlow(piece.bytes);
  let at = 0;
  for (const buffer of buffers) {
    piece.memory.set(buffer, at);
    at += buffer.length;
  }
  socket.write(piece.memory.subarray(0, bytes));
  if (socket.writableLength > 0) piece.memory = Buffer.alloc(0);
}

function sendInParts(socket: Socket, buffers: readonly Buffer[]): void {
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
