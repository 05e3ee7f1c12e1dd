// Body of SEND_BATCH_MESSAGE (MessageDecoder.encodeMessage), repeated per message:
// totalSize i32, magic i32 = 0, bodyCRC i32 = 0, flag i32, body i32+n, properties i16+n.

import { MqError } from '../base/errors.js';

export interface BatchMessage {
  flag: number;
  body: Buffer;
  /** Properties as text, see properties.ts. */
  properties: string;
}

const FIXED_BYTES = 4 + 4 + 4 + 4 + 4 + 2;

export function encodeBatch(messages: readonly BatchMessage[]): Buffer {
  return Buffer.concat(
    messages.map(({ flag, body, properties }) => {
      const text = Buffer.from(properties);
      const out = Buffer.alloc(FIXED_BYTES + body.length + text.length);
      out.writeInt32BE(out.length, 0);
      out.writeInt32BE(flag, 12);
      out.writeInt32BE(body.length, 16);
      body.copy(out, 20);
      out.writeInt16BE(text.length, 20 + body.length);
      text.copy(out, 22 + body.length);
      return out;
    }),
  );
}

/** Where one message stands in the body of a batch. */
export interface BatchPart {
  flag: number;
  bodyAt: number;
  bodyEnd: number;
  propertiesAt: number;
  propertiesEnd: number;
}

/** Cuts a batch body into its messages; bodies are views. Throws BAD_FRAME for wrong lengths. */
export function decodeBatch(bytes: Buffer): BatchMessage[] {
  return batchParts(bytes).map((part) => ({
    flag: part.flag,
    body: bytes.subarray(part.bodyAt, part.bodyEnd),
    properties: partProperties(bytes, part),
  }));
}

/** The properties of one message of the batch, as text. */
export const partProperties = (batch: Buffer, { propertiesAt, propertiesEnd }: BatchPart): string =>
  batch.toString('utf8', propertiesAt, propertiesEnd);

/** As `decodeBatch`, without taking the messages out of the batch. */
export function batchParts(bytes: Buffer): BatchPart[] {
  const parts: BatchPart[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.length - at >= FIXED_BYTES ? bytes.readInt32BE(at) : 0;
    const bodyLength = size >= FIXED_BYTES ? bytes.readInt32BE(at + 16) : -1;
    const propertiesAt = at + 22 + bodyLength;
    if (bodyLength < 0 || propertiesAt > at + size || at + size > bytes.length) {
      throw new MqError('BAD_FRAME', { reason: `the batch is cut at byte ${at}` });
    }
    const propertiesEnd = propertiesAt + bytes.readInt16BE(propertiesAt - 2);
    if (propertiesEnd < propertiesAt || propertiesEnd > at + size) {
      throw new MqError('BAD_FRAME', { reason: `the properties at byte ${at} leave the batch` });
    }
    const flag = bytes.readInt32BE(at + 12);
    parts.push({ flag, bodyAt: at + 20, bodyEnd: propertiesAt - 2, propertiesAt, propertiesEnd });
    at += size;
  }
  return parts;
}
