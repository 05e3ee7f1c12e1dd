// A message that was appended, until it is readable and its sender knows.

import { type BatchPart, partProperties } from '../../protocol/batch.js';
import type { Queue } from '../consumequeue/queue.js';
import type { RecordKeys } from '../format/record-keys.js';
import type { Copies, PutMessage, PutResult } from '../message-store.js';
import type { Revealed } from './reveal.js';

export type Done = (result: PutResult) => void;

/** Where the log and the queue have it. */
export interface Appended {
  queue: Queue | undefined;
  queueOffset: number;
  physicalOffset: number;
  size: number;
  storeTimestamp: number;
  keys: RecordKeys;
}

export class Entry implements Revealed {
  readonly topic: string;
  readonly queueId: number;
  readonly sysFlag: number;
  readonly queue: Queue | undefined;
  readonly queueOffset: number;
  readonly physicalOffset: number;
  readonly size: number;
  readonly storeTimestamp: number;
  readonly keys: RecordKeys;
  tagsCode = 0;
  copies: Copies = 1;
  /** On the last message of a put. */
  result: PutResult | undefined;
  done: Done | undefined;
  private readonly batch: Buffer | undefined;
  private text: string | undefined;

  constructor(
    message: PutMessage,
    at: Appended,
    /** The message is this part of the message's body. */
    private readonly part: BatchPart | undefined,
  ) {
    this.topic = message.topic;
    this.queueId = message.queueId;
    this.sysFlag = message.sysFlag;
    this.queue = at.queue;
    this.queueOffset = at.queueOffset;
    this.physicalOffset = at.physicalOffset;
    this.size = at.size;
    this.storeTimestamp = at.storeTimestamp;
    this.keys = at.keys;
    this.batch = part && message.body;
    this.text = part ? undefined : message.properties;
  }

  /** Hardly anybody asks for those of a message in a batch. */
  get properties(): string {
    return (this.text ??= partProperties(this.batch!, this.part!));
  }
}
