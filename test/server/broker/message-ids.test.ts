// Ids that say where messages are stored, of one and of many at once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { offsetMessageId } from '../../../src/protocol/host.js';
import { offsetIdsOf } from '../../../src/server/broker/sending/message-ids.js';

test('the ids of a batch are those of its messages, separated by commas', () => {
  const host = fc.constantFrom(
    { address: Buffer.from([127, 0, 0, 1]), port: 10911 },
    { address: Buffer.alloc(16, 0xab), port: 65535 },
  );
  fc.assert(
    fc.property(host, fc.array(fc.maxSafeNat(), { maxLength: 40 }), (at, offsets) => {
      const each = offsets.map((offset) => offsetMessageId(at, offset));
      assert.equal(offsetIdsOf(at)(offsets), each.join(','));
    }),
  );
});
