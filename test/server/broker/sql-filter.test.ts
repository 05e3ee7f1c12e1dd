// SQL92 filters against what Apache RocketMQ 5.5.0's parser answers for the same expressions.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodedRecord, type MessageRecord } from '../../../src/protocol/message.js';
import { formatProperties, type Properties } from '../../../src/protocol/properties.js';
import { filterOf, subscriptionOf } from '../../../src/server/broker/filter/message-filter.js';
import { RecordProperties } from '../../../src/server/broker/filter/property-values.js';
import { parseSql } from '../../../src/server/broker/filter/sql-parser.js';
import { golden } from '../../support/golden.js';

interface Golden {
  properties: Properties[];
  /** Per expression a letter for each properties: true, false, null, error; null when refused. */
  expressions: [expression: string, results: string | null][];
}

const recorded = golden<Golden>('broker/sql92.json');

function resultsOf(expression: string): string | null {
  let parsed: ReturnType<typeof parseSql>;
  try {
    parsed = parseSql(expression);
  } catch (error) {
    assert(error instanceof SyntaxError, String(error));
    return null;
  }
  const values = new RecordProperties(parsed.names);
  const letters = recorded.properties.map((properties) => {
    const bytes = Buffer.from(formatProperties(properties));
    values.scan(bytes, 0, bytes.length);
    try {
      const value = parsed.evaluate(values);
      return value === null ? 'n' : value === true ? 't' : value === false ? 'f' : 'o';
    } catch {
      return 'e';
    }
  });
  return letters.join('');
}

test('every recorded expression gives what RocketMQ gives, or is refused as it refuses', () => {
  const wrong = recorded.expressions
    .map(([expression, want]) => ({ expression, want, got: resultsOf(expression) }))
    .filter(({ want, got }) => want !== got);
  assert.deepEqual(wrong, []);
  assert(recorded.expressions.length > 150);
});

function record(properties: Properties): Buffer {
  const host = { address: Buffer.from([127, 0, 0, 1]), port: 10911 };
  const message: MessageRecord = {
    topic: 'T',
    queueId: 0,
    flag: 0,
    queueOffset: 0,
    physicalOffset: 0,
    sysFlag: 0,
    bornTimestamp: 1,
    bornHost: host,
    storeTimestamp: 1,
    storeHost: host,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from('body'),
    properties: formatProperties(properties),
  };
  return encodedRecord(message);
}

test('a subscription by SQL92 decides by the properties of the record', () => {
  const filter = filterOf(subscriptionOf('T', "a BETWEEN 1 AND 3 AND TAGS IN ('x')", 'SQL92', 1));
  assert.equal(filter.matchTags, undefined);
  const passes = (properties: Properties): boolean | undefined => {
    const bytes = record(properties);
    const between = Buffer.concat([Buffer.alloc(5, 7), bytes, Buffer.alloc(3, 7)]);
    assert.equal(filter.matchRecord?.(between, 5, bytes.length), false, 'no whole record');
    return filter.matchRecord?.(between, 5, 5 + bytes.length);
  };
  assert.equal(passes({ a: '2', TAGS: 'x' }), true);
  assert.equal(passes({ a: '4', TAGS: 'x' }), false);
  assert.equal(passes({ a: 'no number', TAGS: 'x' }), false);
  assert.equal(passes({ TAGS: 'x' }), false);
});

test('a subscription by tags decides by the hash in the consume queue', () => {
  const filter = filterOf(subscriptionOf('T', ' TagA ||TagC|| ', 'TAG', 1));
  assert.equal(filter.matchTags?.(2598919n), true); // TagA
  assert.equal(filter.matchTags?.(2598920n), false); // TagB
  assert.equal(filter.matchTags?.(2598921n), true); // TagC
  assert.equal(filterOf(subscriptionOf('T', '*', undefined, 1)).matchTags, undefined);
  assert.equal(filterOf(subscriptionOf('T', '', undefined, 1)).matchTags, undefined);
  const negative = filterOf(subscriptionOf('T', 'polygenelubricants', 'TAG', 1));
  assert.equal(negative.matchTags?.(-2147483648n), true);
});

test('an expression of an unknown kind or an empty one is refused', () => {
  assert.throws(() => subscriptionOf('T', '', 'SQL92', 1), SyntaxError);
  assert.throws(() => filterOf(subscriptionOf('T', 'x', 'CLASS', 1)), SyntaxError);
  assert.throws(() => filterOf(subscriptionOf('T', 'a >', 'SQL92', 1)), SyntaxError);
});
