// Coded errors: their text, what a server answers, how a command ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS, MqError, refuse } from '../../src/base/errors.js';
import type { ErrorCode } from '../../src/base/errors.js';
import { describeError } from '../../src/base/log.js';

test('a message is the template of its row with the details in it', () => {
  const cause = new Error('EADDRINUSE');
  const error = new MqError('PORT_TAKEN', { port: 10911, host: '0.0.0.0' }, { cause });
  assert.equal(error.message, 'port 10911 on 0.0.0.0 is already in use');
  assert.equal(error.code, 'PORT_TAKEN');
  assert.equal(error.exit, 1);
  assert.match(error.hint!, /listenPort=/);
  assert.equal(error.cause, cause);
  assert.equal(new MqError('PORT_TAKEN').message, 'port ? on ? is already in use');
});

test('a refusal carries its response code and remark', () => {
  const error = refuse(16, 'Can not update config in black list.');
  assert.deepEqual(
    [error.responseCode, error.message, error.exit],
    [16, 'Can not update config in black list.', 1],
  );
  assert.equal(new MqError('TOPIC_NOT_FOUND', { topic: 'T' }).responseCode, 17);
  assert.equal(new MqError('USAGE', { text: 'x' }, { responseCode: 3 }).responseCode, 3);
});

test('every row says how a command ends', () => {
  for (const code of Object.keys(ERRORS) as ErrorCode[]) {
    assert.ok([1, 2, 3].includes(ERRORS[code].exit), code);
    assert.notEqual(ERRORS[code].message, '', code);
  }
});

test('errors are described with their causes, coded ones by themselves', () => {
  const cause = new Error('disk is full');
  assert.equal(describeError(new Error('cannot write', { cause })), 'cannot write: disk is full');
  assert.equal(describeError(new MqError('USAGE', { text: 'what' }, { cause })), 'what');
  assert.equal(describeError('plain'), 'plain');
});
