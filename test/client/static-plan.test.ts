// Plans of static topics: whole, even, and with as few moves as possible.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  leadersOf,
  type MappingTable,
  newMapped,
  planQueues,
  planRemapping,
} from '../../src/client/admin/static-plan.js';
import { mappingDocument, mappingTableOf } from '../../src/client/admin/static-topics.js';
import { parseJson, writeJson } from '../../src/protocol/fastjson.js';
import type { JsonObject } from '../../src/protocol/fastjson.js';

const NOW = 1_700_000_000_000;

const homes = (brokers: MappingTable): string[] =>
  [...leadersOf('T', brokers).values()].map((items) => items.at(-1)!.bname);

function counts(brokers: MappingTable): number[] {
  const found = new Map<string, number>();
  for (const name of homes(brokers)) found.set(name, (found.get(name) ?? 0) + 1);
  return [...found.values()];
}

test('a new topic is spread evenly, and grows on those that have least', () => {
  const brokers: MappingTable = new Map();
  const first = planQueues('T', 3, new Set(['b', 'a']), brokers, NOW);
  assert.deepEqual(homes(brokers), ['a', 'b', 'a']);
  assert.equal(first.epoch, NOW);
  const second = planQueues('T', 6, new Set(['a', 'b', 'c']), brokers, NOW);
  assert.deepEqual(homes(brokers), ['a', 'b', 'a', 'c', 'b', 'c']);
  assert.equal(second.epoch, NOW + 1000);
  assert.throws(() => planQueues('T', 6, new Set(['a']), brokers, NOW), /only grow/);
});

test('a move keeps what lies where it should, and the old parts', () => {
  const brokers: MappingTable = new Map();
  planQueues('T', 4, new Set(['a', 'b']), brokers, NOW);
  const plan = planRemapping('T', new Set(['b']), brokers, NOW);
  assert.deepEqual([[...plan.brokersToMapIn], [...plan.brokersToMapOut]], [['b'], ['a']]);
  assert.deepEqual(homes(brokers), ['b', 'b', 'b', 'b']);
  const [before, after] = leadersOf('T', brokers).get(0)!;
  assert.deepEqual([before!.bname, before!.gen, before!.logicOffset], ['a', 0, 0]);
  assert.deepEqual([after!.bname, after!.gen, after!.logicOffset], ['b', 1, -1]);
  assert.equal(brokers.get('b')!.config.writeQueueNums, 4);
});

test('however often it grows and moves, it stays whole and even', () => {
  const names = ['a', 'b', 'c', 'd'];
  const step = fc.record({
    targets: fc.subarray(names, { minLength: 1 }),
    more: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 6 }), (steps) => {
      const brokers: MappingTable = new Map();
      let queues = 0;
      for (const { targets, more } of steps) {
        const all = new Set(targets);
        if (more > 0 || queues === 0) {
          queues += Math.max(1, more);
          planQueues('T', queues, new Set([...all, ...brokers.keys()]), brokers, NOW);
        }
        planRemapping('T', all, brokers, NOW);
        decide(brokers);
        const shares = counts(brokers);
        assert.equal(leadersOf('T', brokers).size, queues);
        assert.ok(Math.max(...shares) - Math.min(...shares) <= 1);
        assert.ok(homes(brokers).every((name) => all.has(name)));
      }
    }),
  );
});

/** As the brokers' offsets would: every part begins behind the one before. */
function decide(brokers: MappingTable): void {
  for (const items of leadersOf('T', brokers).values()) {
    items.forEach((item, i) => (item.logicOffset = i * 10_000));
  }
}

test('what does not fit together is refused', () => {
  const whole = (): MappingTable => {
    const brokers: MappingTable = new Map();
    planQueues('T', 4, new Set(['a', 'b']), brokers, NOW);
    return brokers;
  };
  const breaks: [RegExp, (brokers: MappingTable) => void][] = [
    [/dirty/, (brokers) => (brokers.get('a')!.mapping.dirty = true)],
    [/do not agree/, (brokers) => brokers.get('b')!.mapping.epoch++],
    [/calls itself/, (brokers) => (brokers.get('b')!.mapping.bname = 'x')],
    [/no leader/, (brokers) => brokers.get('b')!.mapping.hostedQueues.delete(1)],
    [/beyond its queues/, (brokers) => (brokers.get('a')!.config.writeQueueNums = 1)],
    [/share/, (brokers) => (brokers.get('a')!.mapping.hostedQueues.get(2)![0]!.queueId = 0)],
  ];
  for (const [message, damage] of breaks) {
    const brokers = whole();
    damage(brokers);
    assert.throws(() => leadersOf('T', brokers), { code: 'USAGE', message });
  }
  assert.equal(newMapped('T', 'a', 4, NOW).config.writeQueueNums, 0);
});

test('the document of a plan reads back', () => {
  const plan = planQueues('T', 3, new Set(['a', 'b']), new Map(), NOW);
  const text = writeJson(mappingDocument(plan));
  const table = mappingTableOf(parseJson(text) as JsonObject);
  assert.deepEqual(table.get('a')!.mapping, plan.brokers.get('a')!.mapping);
  assert.deepEqual(homes(table), homes(plan.brokers));
});
