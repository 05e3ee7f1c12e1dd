// Signatures of requests.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { signWith } from '../../src/protocol/sign.js';

test('values in the order of their names, then the body', () => {
  const sign = signWith({ accessKey: 'rocketmq', secretKey: '12345678' });
  const signed = sign({ b: '2', a: '1', Z: '0' }, Buffer.from('body'));
  const hmac = createHmac('sha1', '12345678').update('rocketmq012body').digest('base64');
  assert.deepEqual(signed, { b: '2', a: '1', Z: '0', AccessKey: 'rocketmq', Signature: hmac });
});

test('a security token is signed too', () => {
  const sign = signWith({ accessKey: 'k', secretKey: 's', securityToken: 't' });
  const hmac = createHmac('sha1', 's').update('kt').digest('base64');
  assert.deepEqual(sign({}, undefined), { AccessKey: 'k', SecurityToken: 't', Signature: hmac });
});
