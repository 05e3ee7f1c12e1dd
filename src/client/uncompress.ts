// Bodies as they were before a producer compressed them.

import * as zlib from 'node:zlib';
import { MqError } from '../base/errors.js';
import { SysFlag } from '../protocol/flags.js';
import { decompressLz4 } from '../protocol/lz4.js';

/** More than any broker takes; a body that says it is larger is broken or evil. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Throws BAD_FRAME for a body that is not what its flags say. */
export function uncompress(body: Buffer, sysFlag: number): Buffer {
  if ((sysFlag & SysFlag.COMPRESSED) === 0) return body;
  switch (sysFlag & SysFlag.COMPRESSION_MASK) {
    case 0: // what clients before 5.0 wrote
    case SysFlag.COMPRESSION_ZLIB:
      return checked('zlib', () => zlib.inflateSync(body, { maxOutputLength: MAX_BYTES }));
    case SysFlag.COMPRESSION_LZ4:
      return decompressLz4(body, MAX_BYTES);
    case SysFlag.COMPRESSION_ZSTD:
      return checked('Zstandard', () => zstd(body));
    default:
      throw new MqError('BAD_FRAME', { reason: 'a body that is compressed in an unknown way' });
  }
}

type Decompress = (body: Buffer, options: { maxOutputLength: number }) => Buffer;

/** Node has Zstandard from 22.15 on. */
function zstd(body: Buffer): Buffer {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: Decompress };
  if (!zstdDecompressSync) throw new Error('this needs Node.js 22.15 or later');
  return zstdDecompressSync(body, { maxOutputLength: MAX_BYTES });
}

function checked(how: string, work: () => Buffer): Buffer {
  try {
    return work();
  } catch (cause) {
    const reason = `a body that is compressed with ${how}: ${(cause as Error).message}`;
    throw new MqError('BAD_FRAME', { reason }, { cause });
  }
}
