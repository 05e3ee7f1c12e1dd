// What the disk refuses while a broker starts, as an error that names the place and what to do.

import { MqError } from '../../base/errors.js';

/** The error itself if it is none of a disk. */
export function diskRefusal(error: unknown): unknown {
  if (error instanceof MqError || !(error instanceof Error)) return error;
  const { path, syscall, message: reason } = error as NodeJS.ErrnoException;
  if (syscall === undefined || path === undefined) return error;
  const hint =
    'look what is there, and whether this user may read and write it; what a store has beside ' +
    'commitlog/ and config/ is made again where it is missing';
  return new MqError('STORE_UNREADABLE', { path, reason }, { cause: error, hint });
}
