// Questions that brokers pass on to clients, where a client has no answer.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/log.js';
import { runningInfo } from '../../src/client/admin/running.js';
import { createSession } from '../../src/client/session.js';
import { encodeTopicRoute } from '../../src/protocol/bodies/route.js';
import type { Handlers } from '../../src/remoting/handler.js';
import { startFake } from '../support/fake-server.js';
import { Ending } from '../support/temp.js';

const ending = new Ending();
after(() => ending.run());

test('a client that cannot tell says why, though it calls that success', async () => {
  let address = '';
  const remark = 'json marshal error: json: unsupported value: NaN';
  const handlers: Handlers = {
    GET_ROUTEINFO_BY_TOPIC: () => {
      const brokerAddrs = new Map([[0, address]]);
      const data = { cluster: 'c', brokerName: 'b', brokerAddrs, enableActingMaster: false };
      const route = { brokerDatas: [data], queueDatas: [], filterServerTable: new Map() };
      return { body: encodeTopicRoute(route) };
    },
    GET_CONSUMER_RUNNING_INFO: () => ({ remark }),
  };
  address = await startFake(ending, handlers);
  const own = { clock: systemClock, log: silentLogger };
  const session = createSession({ namesrvAddrs: [address], ...own });
  ending.after(() => session.close());
  const asked = runningInfo(session, { group: 'G', clientId: 'go' });
  await assert.rejects(asked, (error: Error) => error.message.includes(remark));
});
