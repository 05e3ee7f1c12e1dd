// Says the steps to a broker and notes its answers in a form that can be compared: times, ports and
// ids differ from run to run, and so do sizes, for they hold ids.

import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/log.js';
import { decodeRecords } from '../../../src/protocol/message.js';
import { responseName } from '../../../src/protocol/responses.js';
import type { RequestName } from '../../../src/protocol/requests/index.js';
import { type Answer, createClient } from '../../../src/remoting/client.js';
import type { Handlers } from '../../../src/remoting/handler.js';
import { type State, type Step, STEPS } from './answer-steps.js';
import { ANY } from './running-broker.js';

export interface Noted {
  what: string;
  code: string;
  remark: string;
  ext: Record<string, string>;
  /** Records by topic, offset and content; JSON in one order of keys. */
  body?: unknown;
}

const CHANGING = new Set([
  'msgId',
  'transactionId',
  'popTime',
  'recallHandle',
  'indexLastUpdateTimestamp',
  'indexLastUpdatePhyoffset',
  'timestamp',
]);

/** A client that takes what a broker may ask of it. */
const CLIENT: Handlers = {
  CHECK_TRANSACTION_STATE: () => ({}),
  NOTIFY_CONSUMER_IDS_CHANGED: () => ({}),
};

export async function answersOf(
  address: string,
  steps = STEPS,
  /** What is waited for after a request. */
  pause: (name: RequestName) => Promise<void> | undefined = () => undefined,
): Promise<Noted[]> {
  const options = { clock: systemClock, log: silentLogger, handlers: CLIENT };
  const client = createClient(options);
  const state: State = {};
  const noted: Noted[] = [];
  try {
    for (const step of steps) {
      noted.push(await say(client, address, step, state));
      await pause(step.name);
    }
  } finally {
    client.close();
  }
  return noted;
}

async function say(
  client: ReturnType<typeof createClient>,
  address: string,
  { what, name, header, body }: Step,
  state: State,
): Promise<Noted> {
  const options = { allow: ANY, timeoutMs: 10_000, ...(body && { body }) };
  const answer = await client.request(address, name, header(state) as never, options);
  state[what] = answer.header as never;
  return noteOf(what, answer);
}

/** An answer in the form that can be compared. */
export function noteOf(
  what: string,
  answer: Pick<Answer<RequestName>, 'code' | 'remark' | 'ext' | 'body'>,
): Noted {
  const ext: Record<string, string> = {};
  for (const key of Object.keys(answer.ext ?? {}).sort()) {
    ext[key] = CHANGING.has(key) ? '*' : (answer.ext?.[key] ?? '');
  }
  const note: Noted = {
    what,
    code: responseName(answer.code),
    remark: steady(answer.remark ?? ''),
    ext,
  };
  if (answer.body.length > 0) note.body = bodyOf(answer.body);
  return note;
}

function bodyOf(body: Buffer): unknown {
  const records = decodeRecords(body);
  if (records.length > 0) {
    return records.map(({ topic, queueOffset, body: content, reconsumeTimes, sysFlag }) =>
      [topic, queueOffset, String(content), reconsumeTimes, sysFlag].join(' '),
    );
  }
  const text = steady(body.toString())
    .replace(/"physic(Offset|Size)":\d+/g, '"physic$1":0')
    .replace(/"(delayTime)":\w+/g, '"$1":0')
    .replace(/\d{4}-\d\d-\d\d#[\d:]{12}/g, 'when')
    .replace(/Tps":[\d.]+/g, 'Tps":0');
  return [...text.matchAll(/[^{},[\]]+/g)].map(([part]) => part).sort();
}

const steady = (text: string): string =>
  text
    .replace(/\/?127\.0\.0\.1:\d+/g, 'address')
    .replace(/\b[0-9A-F]{32}\b/g, 'id')
    .replace(/\d{13}/g, 'time');
