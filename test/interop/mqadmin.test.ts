// mqadmin four ways: RocketMQ's and ours, against RocketMQ's servers and ours. All four have to
// print the same text; RocketMQ's tool against RocketMQ's servers says what that is.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { runCommand } from '../support/commands.js';
import { javaRelease } from '../support/release.js';
import { Ending, tempFolder } from '../support/temp.js';
import { need } from '../support/tools.js';
import { until } from '../support/until.js';
import { CASES } from './admin-cases.js';
import { type Stage, startStage } from './admin-stage.js';
import { plainText } from './admin-text.js';
import type { Driver, DriverEvent } from './driver.js';

/** What our mqadmin prints; ended as by Ctrl-C when `text` has come, if that is given. */
async function printed(argv: string[], text: string | undefined, cwd: string): Promise<string> {
  let stop = (): void => undefined;
  const onSignal = (fn: (signal: string) => void): (() => void) => {
    stop = () => fn('SIGINT');
    return () => undefined;
  };
  let all = '';
  const out = (one: string): void => {
    all += one;
    if (text !== undefined && all.includes(text)) stop();
  };
  await runCommand(['mqadmin', ...argv], { cwd, onSignal, out });
  return all;
}

/** RocketMQ's tool gives up after seconds, which a busy machine needs, and then prints nothing. */
const GAVE_UP = /Remoting(Timeout|Connect|SendRequest|TooMuchRequest)Exception/;
/**
 * What it says, too, when a query could not be sent: MQAdminImpl.queryMessage logs the
 * RemotingSendRequestException (5 of 600 queries on a busy machine) and goes on with no messages.
 */
const NOTHING = /by key finished, but no message/;
const TURNS = 3;

/** What RocketMQ's mqadmin prints. */
async function printedByJava(driver: Driver, id: string, words: string[]): Promise<DriverEvent> {
  let turn = 0;
  return until(`answer to ${id}`, async (saw) => {
    const one = `${id} ${turn++}`;
    driver.send('admin', one, ...words);
    const java = await driver.event(one, 'admin');
    const err = saw(java.err ?? '');
    const again = GAVE_UP.test(err) || (turn < TURNS && NOTHING.test(err));
    return !(java.out === '' && again) && java;
  });
}

describe('mqadmin', () => {
  const ending = new Ending();
  const cwd = tempFolder(ending);
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, { argv, until: end, ...looseness }] of Object.entries(CASES)) {
    it(name, async (t) => {
      const release = await need(t, javaRelease);
      if (!release) return;
      const { driver, places } = await (stage ??= startStage(ending, release));
      const texts: Record<string, string> = {};
      const errors: string[] = [];
      for (const [i, cluster] of places.entries()) {
        const servers = i === 0 ? "RocketMQ's servers" : 'our servers';
        const line = (tool: 'J' | 'O') => [...argv({ ...cluster, tool }), '-n', cluster.namesrv];
        const java = await printedByJava(driver, `${name} ${i}`, [end ?? '', ...line('J')]);
        errors.push(java.err ?? '');
        texts[`RocketMQ's mqadmin, ${servers}`] = plainText(java.out!, cluster, looseness);
        // Ours may add warnings to stderr, where RocketMQ is silent.
        const ours = await printed(line('O'), end, cwd);
        texts[`our mqadmin, ${servers}`] = plainText(ours, cluster, looseness);
      }
      const [wanted] = Object.values(texts);
      for (const [who, text] of Object.entries(texts)) {
        const about = `${who}\n+ ${text}\n- ${wanted}\nRocketMQ's stderr: ${errors.join('\n')}`;
        assert.equal(text, wanted, about);
      }
    });
  }
});
