// Bodies that RocketMQ's Java client has compressed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import { uncompress } from '../../src/client/uncompress.js';
import { SysFlag } from '../../src/protocol/flags.js';
import { decompressLz4 } from '../../src/protocol/lz4.js';

const TEXT = Array.from({ length: 300 }, (_, i) => `Hello RocketMQ ${i % 17} `).join('');

/** CompressorFactory.getCompressor(…).compress(TEXT, 5) of RocketMQ 5.5.0. */
const LZ4 =
  'BCJNGGBwc4UAAAD7AkhlbGxvIFJvY2tldE1RIDAgEQAcMREAHDIRABwzEQAcNBEAHDURABw2EQAcNxEAHDgRABw5EQAe' +
  'MasADawAHTGtAB0xrgAdMa8AHTGwAB0xsQAOfQAMoAANewANegANeQANeAANdwAPKAH///////////////////////+w' +
  'UFEgMTAgAAAAAA==';
const ZSTD =
  'KLUv/QBYxAIANAJIZWxsbyBSb2NrZXRNUSAwIDEyMzQ1Njc4OTExMTExMTAxMhUA97KyegDIAYQBIjSbb2Yzk9ksMZsP' +
  'ZjO/bDaX8RhABCAHEAYQAcgBhAFEAHIAYambYAEAAAA=';
const ZLIB =
  'eF7t0LkNgDAUBNFWXAKfmw6cEEALyBGWnNC/SEjYbWHSiUYvl1pbOtt1l2c/UpfyP4SGXsOgYdQwaZg1LBpWDZuN+aq9' +
  'hs2G3Ybthv2GDeOEE0444YQTTjjhhBNOOOGEE0444YQTTp/TC8lLmZo=';
/** 100 bytes of noise: LZ4 stores them as they are. */
const STORED =
  'BCJNGGBwc2QAAICZFw+7GDR3o1qUyb85C3cCCdMqWV1KmH1B9LPlkkcavgUZS7VdyrORABYXWqFH4fPpjuge33+uQL/n' +
  'k9n87VKyAuNNFeXEyq8Wb8LtzqT7G2XiQKTpRLMdBwXmyLcc+L38l8aWAAAAAA==';

const bytes = (base64: string): Buffer => Buffer.from(base64, 'base64');
const flag = (kind: number): number => SysFlag.COMPRESSED | kind;

test('zlib, also as clients before 5.0 marked it', () => {
  for (const kind of [0, SysFlag.COMPRESSION_ZLIB]) {
    assert.equal(uncompress(bytes(ZLIB), flag(kind)).toString(), TEXT);
  }
  assert.equal(uncompress(Buffer.from('plain'), 0).toString(), 'plain');
});

test('LZ4', () => {
  const kind = flag(SysFlag.COMPRESSION_LZ4);
  assert.equal(uncompress(bytes(LZ4), kind).toString(), TEXT);
  assert.deepEqual(uncompress(bytes(STORED), kind), bytes(STORED).subarray(11, 111));
});

test('Zstandard, where Node has it', () => {
  const kind = flag(SysFlag.COMPRESSION_ZSTD);
  if ('zstdDecompressSync' in zlib) {
    assert.equal(uncompress(bytes(ZSTD), kind).toString(), TEXT);
  } else {
    assert.throws(() => uncompress(bytes(ZSTD), kind), { code: 'BAD_FRAME', message: /22\.15/ });
  }
});

test('broken bodies are refused', () => {
  for (const kind of [SysFlag.COMPRESSION_ZLIB, SysFlag.COMPRESSION_LZ4, 0x400]) {
    assert.throws(() => uncompress(Buffer.from('nonsense'), flag(kind)), { code: 'BAD_FRAME' });
  }
  assert.throws(() => decompressLz4(bytes(LZ4), 100), { message: /more than 100 bytes/ });
  const position = fc.nat(bytes(LZ4).length - 1);
  fc.assert(
    fc.property(position, fc.nat(255), (at, value) => {
      const frame = bytes(LZ4);
      frame[at] = value;
      try {
        decompressLz4(frame.subarray(0, frame.length - (at % 3)), 1 << 20);
      } catch (error) {
        assert.equal((error as { code?: string }).code, 'BAD_FRAME');
      }
    }),
  );
});
