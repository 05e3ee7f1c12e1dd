// Small codecs: properties, batches, hosts, message ids, versions, Java's hash code.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MqError } from '../../src/base/errors.js';
import { decodeBatch, encodeBatch } from '../../src/protocol/batch.js';
import {
  addressBytes,
  formatHost,
  offsetMessageId,
  parseHost,
  parseOffsetMessageId,
} from '../../src/protocol/host.js';
import {
  findProperty,
  formatProperties,
  hashCode,
  parseProperties,
  withoutProperty,
} from '../../src/protocol/properties.js';
import { versionName } from '../../src/protocol/versions.js';
import { CURRENT_VERSION, VERSION_V4_9_4 } from '../../src/protocol/flags.js';
import { golden } from '../support/golden.js';

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
  .map((text) => text.replace(/[\u0001\u0002]/g, '_')) // eslint-disable-line no-control-regex -- the separators
  .filter((text) => text !== '__proto__');
const properties = fc.dictionary(word, word, { maxKeys: 8, noNullPrototype: true });

test('properties come back, and one is found without parsing the others', () => {
  fc.assert(
    fc.property(properties, word, (table, other) => {
      const text = formatProperties(table);
      assert.deepEqual(parseProperties(text), table);
      assert.deepEqual(parseProperties(text.slice(0, -1)), table);
      for (const name of [...Object.keys(table), other]) {
        const value = Object.hasOwn(table, name) ? table[name] : undefined;
        assert.equal(findProperty(text, name), value, JSON.stringify([text, name]));
        const rest = Object.fromEntries(Object.entries(table).filter(([key]) => key !== name));
        assert.deepEqual(parseProperties(withoutProperty(text, name)), rest);
      }
    }),
    { numRuns: 500 },
  );
});

test('any text is read as properties; a name inside a value is not a property', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseProperties(text)));
  assert.equal(findProperty('A\u0001TAGS\u0002', 'TAGS'), undefined);
  assert.equal(findProperty('XTAGS\u0001a\u0002', 'TAGS'), undefined);
  assert.deepEqual(parseProperties('\u0001\u0002A\u0001\u0002B\u0002C\u00011'), { C: '1' });
});

const message = fc.record(
  {
    flag: fc.integer(),
    body: fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    properties: fc.string({ unit: 'grapheme', maxLength: 50 }),
  },
  { noNullPrototype: true },
);

test('batches come back; damaged ones are refused or whole', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.nat(), fc.nat(255), (batch, at, value) => {
      const bytes = encodeBatch(batch);
      assert.deepEqual(decodeBatch(bytes), batch);
      if (bytes.length === 0) return;
      bytes[at % bytes.length] = value;
      for (const damaged of [bytes, bytes.subarray(0, at % bytes.length)]) {
        try {
          for (const { body } of decodeBatch(damaged)) assert.ok(body.length <= damaged.length);
        } catch (error) {
          assert.ok(error instanceof MqError && error.code === 'BAD_FRAME', String(error));
        }
      }
    }),
    { numRuns: 500 },
  );
});

test('hosts and message ids come back', () => {
  const address = fc.oneof(fc.ipV4(), fc.ipV6());
  fc.assert(
    fc.property(
      address,
      fc.integer({ min: 0, max: 65535 }),
      fc.nat(2 ** 50),
      (ip, port, offset) => {
        const found = parseHost(ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`);
        assert.deepEqual(parseHost(formatHost(found)), found);
        const id = offsetMessageId(found, offset);
        assert.deepEqual(parseOffsetMessageId(id), { host: found, offset });
        assert.deepEqual(parseOffsetMessageId(id.toLowerCase()), { host: found, offset });
      },
    ),
  );
  assert.equal(formatHost(parseHost('127.0.0.1:10911')), '127.0.0.1:10911');
  assert.deepEqual(addressBytes('::ffff:10.0.0.1'), Buffer.from([10, 0, 0, 1]));
  assert.deepEqual(addressBytes('fe80::1%eth0'), addressBytes('fe80:0:0:0:0:0:0:1'));
});

test('what is no address or id is refused', () => {
  for (const text of [
    '',
    '1.2.3:1',
    '1.2.3.256:1',
    '1.2.3.4',
    '1.2.3.4:x',
    '1.2.3.4:70000',
    'a:1',
    '[1::2::3]:1',
    ':1',
  ]) {
    // prettier-ignore
    assert.throws(() => parseHost(text), { code: 'USAGE' }, text);
  }
  for (const id of ['', 'xyz', '0'.repeat(31), `${'0'.repeat(31)}g`, 'F'.repeat(32)]) {
    assert.equal(parseOffsetMessageId(id), undefined, id);
  }
});

test('every version has its name', () => {
  const names = golden<string[]>('spec/versions.json');
  assert.deepEqual(names.map((_, number) => versionName(number)), names); // prettier-ignore
  assert.equal(versionName(names.length + 5), 'HIGHER_VERSION');
  assert.equal(versionName(-1), 'HIGHER_VERSION');
  assert.equal(versionName(CURRENT_VERSION), 'V5_5_0');
  assert.equal(versionName(VERSION_V4_9_4), 'V4_9_4');
});

test("hash codes are Java's", () => {
  const known: [string, number][] = [['', 0], ['TagA', 2598919], ['TagB', 2598920], ['中文', 646394], ['polygenelubricants', -2147483648]]; // prettier-ignore
  for (const [text, hash] of known) assert.equal(hashCode(text), hash, text);
});
