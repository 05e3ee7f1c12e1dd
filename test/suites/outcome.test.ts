// How the ends of cases are compared with their list, and what becomes of the list.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, type Expected, leftOut, type Outcome, updated } from './outcome.js';

const LIST: Expected = {
  about: 'a suite',
  without: {},
  cases: {
    a: {
      one: 'passed',
      two: 'passed: fails on RocketMQ 5.5.0, which does not know it',
      three: 'not applicable: looks at objects',
    },
    b: { four: 'passed' },
  },
};

const of = (name: string, end: Outcome['end']): Outcome => ({ group: 'a', name, end, reason: '' });

test('what ends otherwise, is new or is missing differs from the list', () => {
  const seen = [of('one', 'failed'), of('two', 'passed'), of('new', 'passed')];
  assert.deepEqual(differences(LIST, ['a'], seen, false), [
    'a one: failed, expected: passed',
    'a new: passed, expected: not in the list',
    'a three: did not run, expected: not applicable',
  ]);
  assert.deepEqual(leftOut(LIST, ['a']), [
    { ...of('three', 'not applicable'), reason: 'looks at objects' },
  ]);
});

test('a case that passes here only has to fail on RocketMQ', () => {
  const list = { ...LIST, cases: { a: { two: LIST.cases.a!.two! } } };
  assert.deepEqual(differences(list, ['a'], [of('two', 'failed')], true), []);
  assert.deepEqual(differences(list, ['a'], [of('two', 'passed')], true), [
    'a two: passed, expected: failed',
  ]);
});

test('a list that is written anew keeps its reasons, and groups that did not run', () => {
  const seen = [of('one', 'failed'), of('two', 'passed')];
  const { cases } = updated(LIST, seen);
  assert.deepEqual(cases, { ...LIST.cases, a: { ...LIST.cases.a, one: 'failed' } });
});
