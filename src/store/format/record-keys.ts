// What the derived files keep of a record's properties: hashes of its tag and its keys. They are
// taken from the record's bytes, without making texts of them: this runs for every message.

import { Property } from '../../protocol/flags.js';
import { positiveHash } from './index-layout.js';

/** Hashes of the index are -1 for what is not there; empty values count as missing. */
export interface RecordKeys {
  /** Of TAGS as a consume queue keeps it, 0 without. */
  readonly tagsCode: number;
  /** Of UNIQ_KEY. */
  readonly unique: number;
  /** Of each word of KEYS. */
  readonly words: readonly number[];
  /** Of TAGS. */
  readonly tag: number;
}

const ENTRY_END = 0x02;
const SPACE = 0x20;
const nameBytes = (name: string): Buffer => Buffer.from(`${name}\u0001`);
const UNIQUE = nameBytes(Property.UNIQ_KEY);
const KEYS = nameBytes(Property.KEYS);
const TAGS = nameBytes(Property.TAGS);
const NO_WORDS: readonly number[] = [];
export const NO_KEYS: RecordKeys = { tagsCode: 0, unique: -1, words: NO_WORDS, tag: -1 };

/** Hashes of the texts that stand before every key and tag of a topic; most records share it. */
const seeds = { topic: '', key: hashText(0, '#'), tag: hashText(0, '#T#') };

/** Of the properties that stand in `bytes` from `from` to `end`. */
export function readKeys(topic: string, bytes: Buffer, from: number, end: number): RecordKeys {
  if (topic !== seeds.topic) {
    seeds.topic = topic;
    seeds.key = hashText(0, `${topic}#`);
    seeds.tag = hashText(0, `${topic}#T#`);
  }
  let tagsCode = 0;
  let unique = -1;
  let words = NO_WORDS;
  let tag = -1;
  for (let at = from, next: number; at < end; at = next + 1) {
    next = endOf(ENTRY_END, bytes, at, end);
    if (begins(bytes, at, next, UNIQUE)) {
      unique = hashIfAny(seeds.key, bytes, at + UNIQUE.length, next);
    } else if (begins(bytes, at, next, TAGS)) {
      const value = at + TAGS.length;
      tagsCode = hashOf(0, bytes, value, next);
      tag = hashIfAny(seeds.tag, bytes, value, next);
    } else if (begins(bytes, at, next, KEYS)) {
      words = hashesOfWords(bytes, at + KEYS.length, next);
    }
  }
  return { tagsCode, unique, words, tag };
}

/** Words are separated by one space. */
function hashesOfWords(bytes: Buffer, from: number, end: number): number[] {
  const words: number[] = [];
  for (let at = from, next: number; at < end; at = next + 1) {
    next = endOf(SPACE, bytes, at, end);
    if (next > at) words.push(hashIfAny(seeds.key, bytes, at, next));
  }
  return words;
}

function endOf(sign: number, bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== sign) at++;
  return at;
}

function begins(bytes: Buffer, at: number, end: number, name: Buffer): boolean {
  if (bytes[at] !== name[0] || at + name.length > end) return false;
  for (let i = 1; i < name.length; i++) if (bytes[at + i] !== name[i]) return false;
  return true;
}

const hashIfAny = (seed: number, bytes: Buffer, from: number, end: number): number =>
  from < end ? positiveHash(hashOf(seed, bytes, from, end)) : -1;

/** Java's hash of the text that the bytes stand for, continuing that of what stands before. */
function hashOf(seed: number, bytes: Buffer, from: number, end: number): number {
  let hash = seed;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte > 0x7f) return hashText(hash, bytes.toString('utf8', at, end));
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  return hash;
}

function hashText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
