// Traces of messages, as RocketMQ's clients write them into the trace topic (queryMsgTraceById).

import { SystemTopic } from '../../protocol/flags.js';
import type { ReceivedMessage } from '../message.js';
import type { Session } from '../session.js';
import { findByKey, type KeyQuery } from './messages.js';

export interface TraceView {
  /** Pub, SubBefore, SubAfter, EndTransaction or Recall. */
  type: string;
  msgId: string;
  topic?: string;
  groupName?: string;
  tags?: string;
  keys?: string;
  storeHost?: string;
  offsetMsgId?: string;
  /** Address of the client that wrote the trace. */
  clientHost: string;
  timestamp: number;
  costMs: number;
  success: boolean;
}

const CONTEXT_END = '\u0002';
const FIELD_END = '\u0001';

type Field = keyof TraceView;

/** Fields of each kind in their order behind the kind; '' stands for one that is not shown. */
const LAYOUT: Readonly<Record<string, readonly (Field | '')[]>> = {
  Pub: [
    'timestamp',
    '',
    'groupName',
    'topic',
    'msgId',
    'tags',
    'keys',
    'storeHost',
    '',
    'costMs',
    '',
    'offsetMsgId',
    'success',
  ],
  SubBefore: ['timestamp', '', 'groupName', '', 'msgId', '', 'keys'],
  SubAfter: ['', 'msgId', 'costMs', 'success', 'keys', '', 'timestamp', 'groupName'],
  EndTransaction: ['timestamp', '', 'groupName', 'topic', 'msgId', 'tags', 'keys', 'storeHost'],
  Recall: ['timestamp', '', 'groupName', 'topic', 'msgId', 'success'],
};

/** What the trace topic says of a message, oldest first. Throws MESSAGE_NOT_FOUND. */
export async function messageTraces(
  session: Session,
  args: Omit<KeyQuery, 'topic' | 'key'> & { msgId: string; traceTopic?: string | undefined },
): Promise<TraceView[]> {
  const { msgId, traceTopic = SystemTopic.TRACE, ...query } = args;
  const messages = await findByKey(session, { ...query, topic: traceTopic, key: msgId });
  return messages.flatMap(decodeTraces).filter((trace) => trace.msgId === msgId);
}

/** All traces of one message of the trace topic. */
export function decodeTraces(message: ReceivedMessage): TraceView[] {
  const clientHost = message.bornHost.replace(/:\d+$/, '');
  return message.body
    .toString()
    .split(CONTEXT_END)
    .filter((context) => context !== '')
    .flatMap((context) => decodeTrace(context.split(FIELD_END), clientHost) ?? []);
}

function decodeTrace(
  [type = '', ...values]: readonly string[],
  clientHost: string,
): TraceView | undefined {
  const layout = Object.hasOwn(LAYOUT, type) ? LAYOUT[type] : undefined;
  if (!layout) return undefined;
  // Clients before 4.9 wrote no offset id: success is then where it would be.
  const old = type === 'Pub' && values.length === 12;
  const fields: readonly (Field | '')[] = old ? [...layout.slice(0, 11), 'success'] : layout;
  const texts = new Map(fields.map((field, i) => [field, values[i]]));
  const text = (field: Field): Partial<TraceView> => {
    const value = texts.get(field);
    return value === undefined || value === '' || value === 'null' ? {} : { [field]: value };
  };
  return {
    type,
    msgId: texts.get('msgId') ?? '',
    ...text('topic'),
    ...text('groupName'),
    ...text('tags'),
    ...text('keys'),
    ...text('storeHost'),
    ...text('offsetMsgId'),
    clientHost,
    timestamp: Number(texts.get('timestamp') ?? 0) || 0,
    costMs: Number(texts.get('costMs') ?? 0) || 0,
    success: texts.get('success') === 'true',
  };
}
