// Words of a command line, read as commons-cli's DefaultParser reads them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MqError } from '../../../src/base/errors.js';
import { parseArgv } from '../../../src/cli/flags/argv.js';
import { HELP, int, option, required, toggle } from '../../../src/cli/flags/options.js';

const options = {
  help: HELP,
  brokerAddr: option('b', 'a broker'),
  clusterName: option('c', 'a cluster'),
  topic: required('t', 'a topic'),
  totalQueueNum: int('qn', 'queues'),
  list: toggle('l', 'as a list'),
  attributes: option(undefined, 'attributes'),
  body: option('p', 'a body'),
};
const oneOf = [['brokerAddr', 'clusterName']];

const values = (...argv: string[]): Record<string, string | true> =>
  Object.fromEntries(parseArgv(argv, options, oneOf).values);

function problem(...argv: string[]): string {
  try {
    parseArgv(argv, options, oneOf);
  } catch (error) {
    assert.ok(error instanceof MqError);
    assert.equal(error.exit, 2);
    return error.message;
  }
  return 'none';
}

test('the ways to write an option', () => {
  for (const words of [
    ['-t', 'X'],
    ['-tX'],
    ['-t=X'],
    ['--topic', 'X'],
    ['--topic=X'],
    ['-topic', 'X'],
    ['-topic=X'],
    ['--top', 'X'],
    ['-t', '"X"'],
    ['-t', 'X', '-t', 'second'],
  ]) {
    assert.deepEqual(values(...words), { topic: 'X' }, words.join(' '));
  }
  assert.deepEqual(values('-lt', 'X'), { list: true, topic: 'X' });
  assert.deepEqual(values('-ltX'), { list: true, topic: 'X' });
  assert.deepEqual(values('-qn', '4'), { totalQueueNum: '4' });
  assert.deepEqual(values('-qn=4'), { totalQueueNum: '4' });
});

test('what can be a value', () => {
  assert.deepEqual(values('-p', '-1'), { body: '-1' });
  assert.deepEqual(values('-p', '-'), { body: '-' });
  assert.deepEqual(values('--attributes', '-e,+a=b'), { attributes: '-e,+a=b' });
  assert.deepEqual(values('-p', ''), { body: '' });
  assert.deepEqual(values('-p', '“hello”'), { body: '“hello”' });
  assert.deepEqual(parseArgv(['a', '--', '-t', 'b'], options).rest, ['a', '-t', 'b']);
});

test('wrong words are named as RocketMQ names them', () => {
  assert.equal(problem('-z', '1'), 'Unrecognized option: -z');
  assert.equal(problem('--nope'), 'Unrecognized option: --nope');
  assert.equal(problem('-t'), 'Missing argument for option: t');
  assert.equal(problem('-t', '-l'), 'Missing argument for option: t');
  assert.equal(problem('--attributes'), 'Missing argument for option: attributes');
  assert.equal(
    problem('-b', 'x', '-c', 'y'),
    "The option 'c' was specified but an option from this group has already been selected: 'b'",
  );
  assert.match(problem('--list=true'), /^Unrecognized option: --list=true/);
});

test('hyphens and quotes of web pages', () => {
  assert.match(problem('–t', 'X'), /'–t' begins with EN DASH \(U\+2013\)/);
  assert.match(problem('—topic', 'X'), /EM DASH \(U\+2014\)/);
  assert.match(problem('-t', '“X”'), /LEFT DOUBLE QUOTATION MARK \(U\+201C\)/);
  assert.match(problem('-p', '“two', 'words”'), /RIGHT DOUBLE QUOTATION MARK \(U\+201D\)/);
  assert.match(problem('-t', 'a–b'), /holds EN DASH \(U\+2013\) in the place of '-'/);
});
