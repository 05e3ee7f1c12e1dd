// Bounds of one connection; what is beyond them waits, is refused or closed, never kept.

import { MAX_FRAME_BYTES } from '../protocol/frame.js';

export interface Limits {
  /** Largest frame taken, bytes; a larger one closes the connection. */
  maxFrameBytes: number;
  /** Requests of one connection under way at once; beyond it the socket is not read. */
  maxInFlight: number;
  /** Unsent answer bytes at which the socket is not read until they are sent. */
  highWaterBytes: number;
  /** Unsent answer bytes at which a peer that does not read is closed. */
  maxUnsentBytes: number;
  /** A connection silent for so long is closed, ms (serverChannelMaxIdleTimeSeconds); 0 never. */
  idleMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  maxFrameBytes: MAX_FRAME_BYTES,
  maxInFlight: 65_536,
  highWaterBytes: 8 * 1024 * 1024,
  maxUnsentBytes: 256 * 1024 * 1024,
  idleMs: 120_000,
};
