// The same conversation as with Apache RocketMQ 5.5.0 gets the same answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { golden } from '../../support/golden.js';
import { startNamesrv } from '../../support/namesrv.js';
import { endingWith, tempFolder } from '../../support/temp.js';
import { until } from '../../support/until.js';
import { RawPeer } from '../../support/raw-peer.js';
import { REQUESTS } from '../../../src/protocol/requests/index.js';
import { ResponseCode } from '../../../src/protocol/responses.js';
import { type Noted, replay } from './replay.js';
import type { Step } from './conversation.js';

/** Where we answer better than RocketMQ. */
const ON_PURPOSE: Record<string, Partial<Noted>> = {
  // Java filters by zone in fastjson's dialect, whatever the client can read
  'admin: GET_ROUTEINFO_BY_TOPIC topic=T1 __ZONE_MODE=true __ZONE_NAME=east': { standard: true },
  'admin: GET_KV_CONFIG namespace=ns': {
    code: ResponseCode.SYSTEM_ERROR,
    remark: 'bad header of GET_KV_CONFIG: the required field key is missing',
  },
  'admin: SEND_MESSAGE_V2 a=x': {
    remark: ' request type 310 not supported: SEND_MESSAGE_V2 is not served by this server',
  },
};

test('a recorded conversation gets the recorded answers', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const watcher = await RawPeer.connect(address);
  ending.after(() => watcher.close());
  /** A speaker that has hung up is no longer listed. */
  const settle = async ({ from, request }: Step): Promise<void> => {
    if (request) return;
    await until(`cluster without ${from}`, async () => {
      const { code } = REQUESTS.GET_BROKER_CLUSTER_INFO;
      const { body } = await watcher.request({ code });
      return !body.includes(`"${from}"`);
    });
  };
  const expected = golden<Noted[]>('namesrv/answers.json');
  const answers: Noted[] = [];
  for await (const noted of replay(address, settle)) answers.push(noted);
  assert.equal(answers.length, expected.length);
  answers.forEach((noted, i) => {
    const different = ON_PURPOSE[noted.step];
    assert.deepEqual(noted, { ...comparable(expected[i]!), ...different }, noted.step);
  });
});

/** Request codes that a name server of Apache RocketMQ 5.5.0 serves. */
const SERVED = [
  100, 101, 102, 103, 104, 105, 106, 205, 206, 216, 217, 219, 224, 304, 311, 312, 313, 318, 319,
  322, 327, 901, 904,
];

test('the requests of a name server are served, and no others', async (t) => {
  const ending = endingWith((work) => t.after(work));
  const { address } = await startNamesrv(ending, tempFolder(ending));
  const peer = await RawPeer.connect(address);
  ending.after(() => peer.close());
  const served: number[] = [];
  for (const { code } of Object.values(REQUESTS)) {
    const answer = await peer.request({ code });
    if (answer.code !== ResponseCode.REQUEST_CODE_NOT_SUPPORTED) served.push(code);
  }
  assert.deepEqual(
    served.sort((a, b) => a - b),
    SERVED,
  );
});

/** Java leaves "not set any response code" in one successful answer; ours has no remark there. */
function comparable(noted: Noted): Noted {
  const { remark, ...rest } = noted;
  return noted.code === 0 || remark === undefined ? rest : { ...rest, remark };
}
