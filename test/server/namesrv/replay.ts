// Says the conversation to a name server and notes its answers in a form that can be compared.

import { type Json, parseJson } from '../../../src/protocol/fastjson.js';
import { REQUESTS } from '../../../src/protocol/requests/index.js';
import { RawPeer } from '../../support/raw-peer.js';
import { CONVERSATION, type Step } from './conversation.js';

export interface Noted {
  step: string;
  code: number;
  remark?: string;
  ext?: Record<string, string>;
  body?: Json;
  /** Whether the body is standard JSON; it may be fastjson's dialect. */
  standard?: boolean;
}

/** Lists whose order comes from Java's hash tables. */
const UNORDERED = ['topicList', 'brokerDatas', 'queueDatas', 'C1', 'C3'];

/** The same JSON in one order: keys sorted, tables as objects, unordered lists sorted. */
function ordered(value: Json | undefined, key = ''): Json {
  if (Array.isArray(value)) {
    const items = value.map((item) => ordered(item));
    if (!UNORDERED.includes(key)) return items;
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  if (!value || typeof value !== 'object') return value ?? null;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  const sorted = entries.map(([k, v]) => [String(k), ordered(v, String(k))] as const).sort();
  return Object.fromEntries(sorted);
}

export function describeStep({ from, request, ext }: Step): string {
  if (!request) return `${from} hangs up`;
  const fields = Object.entries(ext ?? {}).filter(([name]) => name !== 'bodyCrc32');
  return `${from}: ${request} ${fields.map(([name, value]) => `${name}=${value}`).join(' ')}`;
}

/** Yields what was noted of each step; `settle` waits until a step without an answer has worked. */
export async function* replay(
  address: string,
  settle: (step: Step) => Promise<void>,
): AsyncGenerator<Noted> {
  const peers = new Map<string, RawPeer>();
  try {
    for (const step of CONVERSATION) {
      const { from, request } = step;
      const peer = peers.get(from) ?? (await RawPeer.connect(address));
      peers.set(from, peer);
      if (!request) {
        peer.close();
        peers.delete(from);
        await settle(step);
        continue;
      }
      const frame = await peer.request({ ...step, code: REQUESTS[request].code });
      const noted: Noted = { step: describeStep(step), code: frame.code };
      if (frame.remark) noted.remark = frame.remark;
      if (frame.ext && Object.keys(frame.ext).length > 0) noted.ext = frame.ext;
      if (frame.body.length > 0) Object.assign(noted, noteBody(frame.body.toString()));
      yield noted;
      if (request === 'UNREGISTER_BROKER') await settle(step);
    }
  } finally {
    for (const peer of peers.values()) peer.close();
  }
}

function noteBody(text: string): { body: Json; standard: boolean } {
  const body = ordered(parseJson(text));
  try {
    JSON.parse(text);
    return { body, standard: true };
  } catch {
    return { body, standard: false };
  }
}
