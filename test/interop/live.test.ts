// What changes under clients while they run, and what they are asked meanwhile. With
// POCKETMQ_INTEROP_SERVERS=java the same against RocketMQ's own servers.

import { after, describe, it } from 'node:test';
import { javaRelease } from '../support/release.js';
import { Ending } from '../support/temp.js';
import { need } from '../support/tools.js';
import { goBinary, nodeScript } from './clients.js';
import { queueNumbersChange } from './live/queues.js';
import { compressed, tooLarge } from './live/bodies.js';
import { namespaces, recalled, requestAndReply, sentBack, units } from './live/names.js';
import { traced } from './live/traces.js';
import { consumeDirectly, goRunningInfo, runningInfo } from './live/questions.js';
import {
  cloneOffsets,
  resetByBroker,
  resetThroughClients,
  skipAccumulated,
} from './live/resets.js';
import { Stage } from './live/stage.js';
import { broadcastGoesOn, membersHearOfEachOther, newGroups } from './live/starting.js';

const LISTENED = {
  success: 'CR_SUCCESS',
  later: 'CR_LATER',
  null: 'CR_RETURN_NULL',
  throw: 'CR_THROW_EXCEPTION',
};
const IN_ORDER = {
  success: 'CR_SUCCESS',
  later: 'CR_LATER',
  commit: 'CR_COMMIT',
  rollback: 'CR_ROLLBACK',
  throw: 'CR_THROW_EXCEPTION',
};

const GO_LISTENED = { success: 'CR_SUCCESS', later: 'CR_LATER', throw: 'CR_THROW_EXCEPTION' };

/** Node's client answers no requests, and hears no notices. */
const CASES: [string, (stage: Stage) => Promise<void>][] = [
  // those that wait for long
  ['Go: offsets reset through the clients', (s) => resetThroughClients(s, s.go)],
  ['Java: offsets reset through the clients', (s) => resetThroughClients(s, s.java)],
  ['Go: offsets reset in the broker', (s) => resetByBroker(s, s.go)],
  ['Go: offsets copied to another group', (s) => cloneOffsets(s, s.go)],
  ['Java: offsets copied to another group', (s) => cloneOffsets(s, s.java)],
  ['Java: delayed messages called back', recalled],
  ['Java: sent back to a chosen broker', sentBack],
  ['Java: numbers of queues change', (s) => queueNumbersChange(s, s.java)],
  ['Go: numbers of queues change', (s) => queueNumbersChange(s, s.go)],
  ['Java: offsets reset in the broker', (s) => resetByBroker(s, s.java)],
  // the others
  ['Java: new groups begin at the first, at the last, at a time', (s) => newGroups(s, s.java)],
  ['Java: a member of a broadcast goes on where it was', (s) => broadcastGoesOn(s, s.java)],
  ['Java: members hear of each other', (s) => membersHearOfEachOther(s, s.java)],
  ['Java: members tell how they are', (s) => runningInfo(s, s.java, /^ConsumeMessageThread_/m)],
  ['Java: one message, consumed directly', (s) => consumeDirectly(s, s.java, LISTENED)],
  ['Java: the same in order', (s) => consumeDirectly(s, s.java, IN_ORDER, 'ORDERLY')],
  ['Java: what has accumulated is skipped', (s) => skipAccumulated(s, s.java)],
  ['Java: traces', (s) => traced(s, s.java)],
  ['Java: traces in a topic of their own', (s) => traced(s, s.java, 'OwnTraces')],
  ['bodies that are compressed', compressed],
  ['bodies and properties that are too large', tooLarge],
  ['Java: namespaces', namespaces],
  ['Java: units', units],
  ['Java: requests and replies', requestAndReply],
  ['Go: new groups begin at the first, at the last, at a time', (s) => newGroups(s, s.go)],
  ['Go: a member of a broadcast goes on where it was', (s) => broadcastGoesOn(s, s.go)],
  ['Go: members hear of each other', (s) => membersHearOfEachOther(s, s.go)],
  ['Go: a member tells how it is', goRunningInfo],
  ['Go: one message, consumed directly', (s) => consumeDirectly(s, s.go, GO_LISTENED)],
  ['Go: traces', (s) => traced(s, s.go)],
  ['Go: traces in a topic of their own', (s) => traced(s, s.go, 'OwnTraces')],
  ['Node: numbers of queues change', (s) => queueNumbersChange(s, s.node)],
  ['Node: new groups begin at the first, at the last, at a time', (s) => newGroups(s, s.node)],
  ['Node: offsets reset in the broker', (s) => resetByBroker(s, s.node)],
  ['Node: offsets copied to another group', (s) => cloneOffsets(s, s.node)],
];

// All at once: most of the time is spent waiting for the clients.
describe('running clients', { concurrency: 9 }, () => {
  const ending = new Ending();
  let stage: Promise<Stage> | undefined;
  after(() => ending.run());

  for (const [name, run] of CASES) {
    it(name, async (t) => {
      const release = await need(t, javaRelease);
      const go = await need(t, goBinary);
      const node = await need(t, nodeScript);
      if (!release || !go || !node) return;
      const tools = { release, goBinary: go, nodeScript: node };
      await run(await (stage ??= Stage.start(ending, tools)));
    });
  }
});
