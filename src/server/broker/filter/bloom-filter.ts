// The bloom filter of the groups that filter a topic by expressions (filter.util.BloomFilter): its
// positions stand in consumerFilter.json, its bits beside consume queues.

/** Where a group's bits are, in a filter of so many (BloomFilterData). */
export interface BloomPositions {
  bitPos: number[];
  bitNum: number;
}

const MASK = 0xffffffffffffffffn;
const [C1, C2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];

export class BloomFilter {
  /** Number of bits, a multiple of 8. */
  readonly bits: number;
  /** Bits of one entry. */
  readonly hashes: number;

  /** For so many entries, and wrong hits in so many of a hundred cases. */
  constructor(errorPercent: number, entries: number) {
    const rate = Math.min(99, Math.max(1, errorPercent)) / 100;
    this.hashes = Math.ceil(Math.log(rate) / Math.log(0.5));
    const perEntry = (Math.log(1 / rate) / Math.log(2)) * (Math.log(Math.E) / Math.log(2));
    this.bits = 8 * Math.ceil(Math.ceil(Math.max(1, entries) * perEntry) / 8);
  }

  positions(text: string): BloomPositions {
    const hash = murmur64(Buffer.from(text));
    const low = Number(BigInt.asIntN(32, hash));
    const high = Number(BigInt.asIntN(32, hash >> 32n));
    const bitPos = Array.from({ length: this.hashes }, (_, i) => {
      const combined = (low + Math.imul(i + 1, high)) | 0;
      return (combined < 0 ? ~combined : combined) % this.bits;
    });
    return { bitPos, bitNum: this.bits };
  }

  /** Whether positions are of a filter like this one. */
  fits({ bitPos, bitNum }: BloomPositions): boolean {
    return bitNum === this.bits && bitPos.length === this.hashes;
  }

  none(): Buffer {
    return Buffer.alloc(this.bits / 8);
  }
}

export function setBits(bits: Buffer, { bitPos }: BloomPositions): void {
  for (const at of bitPos) bits[at >> 3]! |= 1 << (at & 7);
}

export function hasBits(bits: Buffer, { bitPos }: BloomPositions): boolean {
  return bitPos.every((at) => (bits[at >> 3]! & (1 << (at & 7))) !== 0);
}

/** The first half of MurmurHash3 for 64-bit machines, 128 bits, seed 0. */
function murmur64(bytes: Buffer): bigint {
  let [h1, h2] = [0n, 0n];
  const blocks = bytes.length >> 4;
  for (let i = 0; i < blocks; i++) {
    h1 ^= mixFirst(bytes.readBigUInt64LE(16 * i));
    h1 = (5n * (rotate(h1, 27n) + h2) + 0x52dce729n) & MASK;
    h2 ^= mixSecond(bytes.readBigUInt64LE(16 * i + 8));
    h2 = (5n * (rotate(h2, 31n) + h1) + 0x38495ab5n) & MASK;
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, 16 * blocks);
  h2 ^= mixSecond(tail.readBigUInt64LE(8));
  h1 ^= mixFirst(tail.readBigUInt64LE(0));
  const length = BigInt(bytes.length);
  [h1, h2] = [h1 ^ length, h2 ^ length];
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  return (finish(h1) + finish(h2)) & MASK;
}

const rotate = (value: bigint, by: bigint): bigint =>
  ((value << by) | ((value & MASK) >> (64n - by))) & MASK;

const mixFirst = (k: bigint): bigint => (rotate((k * C1) & MASK, 31n) * C2) & MASK;
const mixSecond = (k: bigint): bigint => (rotate((k * C2) & MASK, 33n) * C1) & MASK;

function finish(value: bigint): bigint {
  let k = value ^ (value >> 33n);
  k = (k * 0xff51afd7ed558ccdn) & MASK;
  k ^= k >> 33n;
  k = (k * 0xc4ceb9fe1a85ec53n) & MASK;
  return k ^ (k >> 33n);
}
