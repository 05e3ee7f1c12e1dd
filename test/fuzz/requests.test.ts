// Every request of the table with fields and bodies that make little sense: each is answered, and
// nothing is logged as our own error, which would be a handler that trusted its input.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import type { ExtFields } from '../../src/protocol/fields.js';
import { encodeFrameHeader } from '../../src/protocol/frame.js';
import { requestCodec, type RequestName, REQUESTS } from '../../src/protocol/requests/index.js';
import { ByteSocket } from '../support/byte-socket.js';
import { Ending } from '../support/temp.js';
import { type Target, TARGETS } from './targets.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 10);
const ANSWER_MS = 20_000;

/** Values that a field of each kind may or may not have. */
const NUMBERS = ['0', '1', '-1', '3', '2147483647', '9223372036854775807', '-9223372036854775808'];
const text = fc.oneof(
  fc.constantFrom('', 'T', 'TopicTest', '%RETRY%G', 'TBW102', 'SCHEDULE_TOPIC_XXXX', 'broker-a'),
  fc.constantFrom(
    '127.0.0.1:10911',
    'a\u0001b\u0002',
    '{}',
    '[]',
    'null',
    '../../x',
    'x'.repeat(300),
  ),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
);
const number = fc.oneof(fc.constantFrom(...NUMBERS), fc.integer().map(String), text);
const flag = fc.oneof(fc.constantFrom('true', 'false'), text);
const BY_KIND = { str: text, i32: number, i64: number, bool: flag };

const body = fc.oneof(
  fc.constant(Buffer.alloc(0)),
  fc
    .constantFrom(
      '{}',
      '[]',
      'null',
      '0',
      '""',
      '{"table":null}',
      '{"topicConfigTable":{"a":null}}',
    )
    .map((json) => Buffer.from(json)),
  fc.constantFrom('a=b\n', 'brokerIP1=\n', 'listenPort=x\n').map((lines) => Buffer.from(lines)),
  fc.json().map((json) => Buffer.from(json)),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
);

/** Fields of a request, each there or not. */
function fieldsOf(name: RequestName): fc.Arbitrary<ExtFields> {
  const entries = requestCodec(name).fields.map(
    ({ wire, kind }): [string, fc.Arbitrary<string>] => [wire, BY_KIND[kind]],
  );
  return fc.record(Object.fromEntries(entries), { requiredKeys: [] }) as fc.Arbitrary<ExtFields>;
}

async function ask(target: Target, code: number, ext: ExtFields, payload: Buffer): Promise<void> {
  const socket = await ByteSocket.connect(target.address);
  let late: NodeJS.Timeout | undefined;
  try {
    socket.write(encodeFrameHeader({ code, opaque: 9, flag: 0, ext }, payload.length));
    socket.write(payload);
    const silence = new Promise<'silence'>((resolve) => {
      late = setTimeout(() => resolve('silence'), ANSWER_MS);
    });
    const answer = await Promise.race([socket.next(), silence]);
    assert.ok(answer !== 'closed' && answer !== 'silence', String(answer));
    const trouble = target.log.lines.filter((line) => line.level === 'error');
    target.log.lines.length = 0;
    assert.deepEqual(trouble, []);
  } finally {
    clearTimeout(late);
    socket.close();
  }
}

for (const [server, start] of Object.entries(TARGETS)) {
  describe(`senseless requests to the ${server}`, () => {
    const ending = new Ending();
    let started: Promise<Target> | undefined;
    after(() => ending.run());

    for (const name of Object.keys(REQUESTS) as RequestName[]) {
      it(name, async () => {
        const target = await (started ??= start(ending));
        const { code } = REQUESTS[name];
        const property = fc.asyncProperty(fieldsOf(name), body, (ext, payload) =>
          ask(target, code, ext, payload),
        );
        await fc.assert(property, { numRuns: RUNS });
      });
    }
  });
}
