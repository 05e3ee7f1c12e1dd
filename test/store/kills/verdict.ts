// What has to hold of a store that was stopped in the middle of something, once it is opened again.

import assert from 'node:assert/strict';
import { decodeRecord, type DecodedRecord } from '../../../src/protocol/message.js';
import { hashCode, parseProperties } from '../../../src/protocol/properties.js';
import { StoreCheck } from '../../../src/store/offline/check.js';
import { settle } from '../fake-clock.js';
import type { MemoryFiles } from '../memory-files.js';
import { get } from '../support.js';
import type { Place, Sent } from './ledger.js';
import { type Life, ROOT } from './life.js';

export interface Verdict {
  /** Lines at level error that are right for what happened. */
  expected?: RegExp;
  /** Directories of the log, where they are others. */
  commitLogs?: readonly string[];
  /** Beside what holds for every store. */
  check?: (life: Life) => Promise<void>;
  /** Without sends it is only read: a slave. */
  readOnly?: boolean;
}

interface Held {
  sent: Sent;
  place: Place;
  code: bigint;
}

/** Opens it, reads all, goes on, stops, and does so once more. What the first start said. */
export async function judge(life: Life, verdict: Verdict = {}): Promise<string[]> {
  await life.open();
  await settle();
  const held = await readAll(life);
  assertKept(life, held);
  await assertFound(life, held);
  await verdict.check?.(life);
  if (!verdict.readOnly) await goOn(life);
  await life.clock.advance(1500);
  await life.stop();
  const said = life.lines;
  assertQuiet(said, verdict.expected);
  assertSound(life.files, verdict.commitLogs);
  await again(life);
  await verdict.check?.(life);
  await life.stop();
  assertSound(life.files, verdict.commitLogs);
  return said;
}

/** A proper stop leaves nothing to be said of at the next start. */
async function again(life: Life): Promise<void> {
  await life.open();
  const told = life.lines.filter((line) => /^(warn|error)/.test(line));
  assert.deepEqual(told, [], 'the start behind a proper stop tells nothing');
  const held = await readAll(life);
  assertKept(life, held);
  await assertFound(life, held, 6);
}

async function goOn(life: Life): Promise<void> {
  const { ledger, store } = life;
  for (const { topic, queueId } of ledger.queues()) {
    const inner = life.settings.options?.isBatchTopic?.(topic) ?? false;
    for (let i = 0; i < 2; i++) {
      if (inner) life.putInner(2, { topic, queueId });
      else if (topic.startsWith('Kv')) life.put({ topic, queueId, key: `after${i}` });
      else life.put({ topic, queueId });
    }
  }
  life.put({ topic: 'After' });
  const before = ledger.moment.answers;
  await settle();
  assert.ok(ledger.moment.answers > before, 'it takes messages');
  assert.equal(store.maxOffset('After', 0) > 0, true);
}

/** Every message of every queue, each where its queue has it; offsets follow each other. */
async function readAll({ store, ledger }: Life): Promise<Held[]> {
  const held: Held[] = [];
  for (const [topic, ids] of store.queues()) {
    for (const queueId of ids) {
      let next = topic.startsWith('Kv') ? 0 : store.minOffset(topic, queueId);
      const queue = `${topic}/${queueId}`;
      for (const { record, code } of await records(store, topic, queueId)) {
        const { queueOffset, physicalOffset, storeTimestamp } = record;
        const light = topic.startsWith('%LMQ%');
        const sent = sentOf(record, ledger);
        const follows = sent.key === undefined ? queueOffset === next : queueOffset >= next;
        assert.ok(light || follows, `${queueOffset} in ${queue} behind ${next - 1}`);
        next = light ? next + 1 : queueOffset + sent.count;
        assert.ok(record.body.equals(sent.body), `the body of ${sent.id}`);
        assert.equal(code, BigInt(hashCode(sent.tag)), `the tag of ${sent.id}`);
        if (light) continue;
        assert.deepEqual([record.topic, record.queueId], [sent.topic, sent.queueId]);
        held.push({ sent, code, place: { queueOffset, physicalOffset, storeTimestamp } });
      }
      if (!topic.startsWith('Kv'))
        assert.equal(next, store.maxOffset(topic, queueId), `the end of ${queue}`);
    }
  }
  return held;
}

async function records(
  store: Life['store'],
  topic: string,
  queueId: number,
): Promise<{ record: DecodedRecord; code: bigint }[]> {
  const found: { record: DecodedRecord; code: bigint }[] = [];
  const end = store.maxOffset(topic, queueId);
  // what a compaction keeps may be gone from the log
  const begin = topic.startsWith('Kv') ? 0 : store.minOffset(topic, queueId);
  for (let offset = begin; offset < end;) {
    const codes: bigint[] = [];
    const result = await get(store, {
      ...{ topic, queueId, offset, maxMessages: 64 },
      matchTags: (code) => codes.push(code) > 0,
    });
    const { messages, nextBeginOffset, status } = result;
    if (topic.startsWith('Kv') && status !== 'FOUND') break;
    assert.ok(nextBeginOffset > offset, `stuck in ${topic}/${queueId} at ${offset}: ${status}`);
    found.push(...messages.map((record, i) => ({ record, code: codes[i]! })));
    offset = nextBeginOffset;
  }
  return found;
}

function sentOf(record: DecodedRecord, ledger: Life['ledger']): Sent {
  const { UNIQ_KEY: key = '' } = parseProperties(record.properties);
  const sent = ledger.byId(Number(key.slice(1)));
  assert.ok(sent, `a message that nobody sent: ${key}`);
  return sent;
}

function assertKept({ ledger, store }: Life, held: readonly Held[]): void {
  const byId = new Map<number, Held>();
  const { refused } = ledger;
  for (const one of held) {
    assert.ok(!refused.has(one.sent.id), `message ${one.sent.id} was refused and is there`);
    assert.ok(!byId.has(one.sent.id), `message ${one.sent.id} is there twice`);
    byId.set(one.sent.id, one);
  }
  const newest = new Map<string, number>();
  for (const { id, key } of held.map((one) => one.sent)) if (key) newest.set(key, id);
  for (const { sent, place } of ledger.kept(store.logRange().min)) {
    if (sent.key && newest.get(sent.key)! > sent.id) continue;
    const found = byId.get(sent.id);
    const { topic, queueId, id } = sent;
    const name = `message ${id} of ${topic}/${queueId}, offset ${place.queueOffset}`;
    assert.ok(found, `${name} is lost`);
    // what a compaction keeps has places of its own
    const { physicalOffset } = sent.key ? place : found.place;
    assert.deepEqual({ ...found.place, physicalOffset }, place, name);
  }
}

/** By their times, and the last `count` by unique key and key. */
async function assertFound(
  { store }: Life,
  held: readonly Held[],
  count = held.length,
): Promise<void> {
  const range = { begin: 0, end: Number.MAX_SAFE_INTEGER, maxMessages: 16 };
  for (const { sent, place } of held.slice(-count)) {
    const { topic, id } = sent;
    if (sent.key) continue;
    for (const key of [`u${id}`, `k${id}`]) {
      const { records: found } = await store.query({ ...range, topic, key });
      const offsets = found.map((record) => decodeRecord(record)!.physicalOffset);
      assert.deepEqual(offsets, [place.physicalOffset], `${key} of ${topic} in the index`);
    }
  }
  const first = new Map<string, number>();
  for (const { sent, place } of held) {
    if (sent.key) continue;
    const time = `${sent.topic}/${sent.queueId} ${place.storeTimestamp}`;
    if (!first.has(time)) first.set(time, place.queueOffset);
  }
  for (const [time, offset] of first) {
    const [queue, at] = time.split(' ') as [string, string];
    const [topic, queueId] = queue.split('/') as [string, string];
    const found = await store.offsetByTime(topic, Number(queueId), Number(at));
    assert.equal(found, offset, `${queue} by the time ${at}`);
  }
}

function assertQuiet(lines: readonly string[], expected: RegExp | undefined): void {
  const errors = lines.filter((line) => line.startsWith('error') && !expected?.test(line));
  assert.deepEqual(errors, [], 'nothing to be done, so nothing is told as an error');
}

function assertSound(files: MemoryFiles, commitLogs: readonly string[] = []): void {
  const check = new StoreCheck(ROOT, files, commitLogs);
  while (check.step());
  const report = check.report();
  const problems = report.problems.map(({ level, where, text }) => `${level} ${where}: ${text}`);
  assert.deepEqual(problems, [], 'store check');
  assert.ok(report.clean, 'stopped properly');
}
