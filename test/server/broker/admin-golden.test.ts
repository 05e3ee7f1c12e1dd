// What RocketMQ 5.5.0's broker answered to the same requests.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeKvTable } from '../../../src/protocol/bodies/broker.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import { golden } from '../../support/golden.js';
import { startServers } from '../../support/servers.js';
import { endingWith } from '../../support/temp.js';
import { Wire } from '../../support/wire.js';

interface Refusal {
  request: RequestName;
  header: Record<string, never>;
  body?: string;
  code: number;
  remark?: string;
}

test("requests are refused with RocketMQ's codes and remarks", async (t) => {
  const ending = endingWith((work) => t.after(work));
  const cluster = await startServers(ending);
  const { client } = new Wire(ending, cluster);
  for (const { request, header, body, code, remark } of golden<Refusal[]>('broker/refusals.json')) {
    const options = { allow: [code], ...(body && { body: Buffer.from(body) }) };
    const answer = await client.request(cluster.broker, request, header, options);
    const said = { request, header, code: answer.code, remark: answer.remark };
    assert.deepEqual(said, { request, header, code, remark });
  }
});

test("brokerStatus has RocketMQ's keys", async (t) => {
  const ending = endingWith((work) => t.after(work));
  const cluster = await startServers(ending);
  const { client } = new Wire(ending, cluster);
  const answer = await client.request(cluster.broker, 'GET_BROKER_RUNTIME_INFO', {});
  const keys = Object.keys(decodeKvTable(answer.body));
  const missing = golden<string[]>('broker/runtime-keys.json').filter((key) => !keys.includes(key));
  assert.deepEqual(missing, []);
});
