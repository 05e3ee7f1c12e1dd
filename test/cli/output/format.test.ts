// Texts as Java's Formatter and fastjson make them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format, javaDouble, mapText } from '../../../src/cli/output/format.js';
import { prettyJava } from '../../../src/cli/output/java-json.js';
import { jsonText, rendered } from '../../../src/cli/output/output.js';
import { captured } from '../../support/commands.js';

test('String.format', () => {
  assert.equal(format('%-5s|%5s|%04d|%d%%%n', 'ab', 'cd', 7, 12), 'ab   |   cd|0007|12%\n');
  assert.equal(format('%9.2f(%s)', 1234.5, 'x'), '  1234.50(x)');
  assert.equal(format('%.1f %.2f %.0f', 0.25, 1.005, 2.5), '0.3 1.01 3');
  assert.equal(format('%2.2f', -0.125), '-0.13');
});

test('Double.toString', () => {
  const texts = [0, 1, 0.5, 1e7, 1234567.5, 0.0001, 36.792641471705664].map(javaDouble);
  const expected = ['0.0', '1.0', '0.5', '1.0E7', '1234567.5', '1.0E-4', '36.792641471705664'];
  assert.deepEqual(texts, expected);
});

test('pretty JSON with bare number keys', () => {
  const value = { b: new Map([[0, 'x']]), a: [{ d: false, c: undefined }], e: {}, f: [] };
  assert.equal(
    prettyJava(value),
    '{\n\t"a":[\n\t\t{\n\t\t\t"d":false\n\t\t}\n\t],\n\t"b":{\n\t\t0:"x"\n\t},\n\t"e":{},\n\t"f":[]\n}',
  );
});

test('JSON for programs', () => {
  const queues = new Map([[{ topic: 'T', queueId: 1 }, { offset: 5 }]]);
  const data = { queues, names: new Map([[0, 'a']]), big: 2n ** 60n };
  assert.deepEqual(JSON.parse(jsonText(data)), {
    queues: [{ topic: 'T', queueId: 1, offset: 5 }],
    names: { 0: 'a' },
    big: '1152921504606846976',
  });
  assert.equal(jsonText(undefined), 'null\n');
});

test('AbstractMap.toString', () => {
  assert.equal(
    mapText([
      [0, 'a'],
      [1, 'b'],
    ]),
    '{0=a, 1=b}',
  );
});

test('a table that is wider than the terminal has a line for each cell', async () => {
  const rows = [
    ['broker-a', 0, '127.0.0.1:10911'],
    ['broker-b', 1, undefined],
  ];
  const table = { head: ['#Broker', 'BID', 'Address'], rows };
  const result = { text: () => '', data: () => undefined, table: () => table };
  const at = (outColumns?: number): Promise<string> => {
    const { io } = captured({ outColumns });
    return rendered('table', result, { io });
  };
  const framed = await at();
  assert.equal(framed.split('\n')[0]!.length, 36);
  assert.equal(await at(36), framed);
  assert.equal(
    await at(35),
    'Broker   broker-a\nBID      0\nAddress  127.0.0.1:10911\n\n' +
      'Broker   broker-b\nBID      1\nAddress\n',
  );
});
