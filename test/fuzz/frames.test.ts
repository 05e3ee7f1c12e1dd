// Whatever bytes a peer sends: it gets an error or is closed, the log says why, and the server
// serves the next client.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeFrameHeader } from '../../src/protocol/frame.js';
import { ByteSocket } from '../support/byte-socket.js';
import { Ending } from '../support/temp.js';
import { until } from '../support/until.js';
import { captured, captureNames, frameBytes } from '../wire/captures.js';
import { HOSTILE, HOSTILE_TO_BROKERS, type HostileFrame } from './hostile-frames.js';
import { type Target, TARGETS } from './targets.js';

const RUNS = Number(process.env.FUZZ_RUNS ?? 300);

/** A fresh client is served. */
async function assertServes(target: Target): Promise<void> {
  const socket = await ByteSocket.connect(target.address);
  socket.write(encodeFrameHeader({ code: target.question, opaque: 77, flag: 0, ext: {} }, 0));
  const answer = await socket.next();
  assert.notEqual(answer, 'closed');
  assert.equal(answer !== 'closed' && answer.opaque, 77);
  assert.equal(answer !== 'closed' && answer.code, 0);
  socket.close();
}

async function meet(target: Target, hostile: HostileFrame): Promise<void> {
  const said = target.log.lines.length;
  const socket = await ByteSocket.connect(target.address);
  socket.write(hostile.bytes);
  const seen = await socket.next();
  assert.equal(seen === 'closed' ? seen : seen.code, hostile.outcome);
  const fits = (text: string): boolean => hostile.log.test(text);
  await until(`line in the log about ${hostile.name}`, () =>
    target.log.lines.slice(said).some(({ level, text }) => level !== 'debug' && fits(text)),
  );
  // A connection that lives on still works.
  if (seen !== 'closed') {
    socket.write(encodeFrameHeader({ code: target.question, opaque: 5, flag: 0, ext: {} }, 0));
    const answer = await socket.next();
    assert.equal(answer !== 'closed' && answer.opaque, 5);
  }
  socket.close();
  await assertServes(target);
}

for (const [name, start] of Object.entries(TARGETS)) {
  describe(`hostile frames to the ${name}`, () => {
    const ending = new Ending();
    let started: Promise<Target> | undefined;
    const target = (): Promise<Target> => (started ??= start(ending));
    after(() => ending.run());

    const cases = name === 'broker' ? [...HOSTILE, ...HOSTILE_TO_BROKERS] : HOSTILE;
    for (const hostile of cases) {
      if (hostile.name === 'a body that is not there' && name !== 'broker') continue;
      if (hostile.name === 'a required field that is missing' && name === 'broker') continue;
      it(hostile.name, async () => meet(await target(), hostile));
    }

    it('half a frame, then nothing', async () => {
      const { address } = await target();
      const whole = HOSTILE.find((frame) => frame.name === 'a code that nobody knows')!.bytes;
      for (const length of [1, 3, 4, 7, 8, 20]) {
        const socket = await ByteSocket.connect(address);
        socket.write(whole.subarray(0, length));
        await assertServes(await target());
        socket.close();
      }
      await assertServes(await target());
    });

    it('captured frames with bytes changed, cut or repeated', async () => {
      await mutate(await target());
    });
  });
}

/** Sends broken versions of real requests; the seed of a failure is printed by fast-check. */
async function mutate(target: Target): Promise<void> {
  const frames = captureNames()
    .flatMap(captured)
    .filter((frame) => frame.dir === 'c2s')
    .map(withLength);
  const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
  const cut = fc.option(fc.nat(), { nil: undefined });
  const property = fc.asyncProperty(
    fc.nat(frames.length - 1),
    changes,
    cut,
    async (i, edits, end) => {
      const bytes = Buffer.from(frames[i]!);
      for (const [at, value] of edits) bytes[at % bytes.length] = value;
      const socket = await ByteSocket.connect(target.address);
      socket.write(end === undefined ? bytes : bytes.subarray(0, end % bytes.length));
      await assertServes(target);
      socket.close();
    },
  );
  await fc.assert(property, { numRuns: RUNS });
}

function withLength(frame: Parameters<typeof frameBytes>[0]): Buffer {
  const bytes = frameBytes(frame);
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
