// The body of REGISTER_BROKER (RegisterBrokerBody): JSON, or its compressed form.

import { deflateSync, inflateSync } from 'node:zlib';
import { MqError } from '../../base/errors.js';
import { type Json, type JsonObject, parseJson, writeJson } from '../fastjson.js';
import { decodeBody, encodeBody, objectOf, textsOf } from './json.js';
import {
  mappingTableJson,
  mappingTableOf,
  type QueueMappingInfo,
  queueMappingInfoOf,
} from './route.js';
import {
  dataVersionOf,
  type TopicConfig,
  topicConfigOf,
  type TopicTable,
  topicTableOf,
} from './topic.js';

/** TopicConfigAndMappingSerializeWrapper: the topics that a broker registers. */
export interface RegisteredTopics extends TopicTable {
  topicQueueMappingInfoMap: Map<string, QueueMappingInfo>;
}

export interface RegisterBrokerBody {
  topicConfigSerializeWrapper: RegisteredTopics;
  filterServerList: string[];
}

/** Largest text that a compressed body may unfold to, bytes. */
const MAX_INFLATED_BYTES = 256 * 1024 * 1024;
const ZLIB_FIRST_BYTE = 0x78;

export function registeredTopicsOf(fields: JsonObject): RegisteredTopics {
  return {
    ...topicTableOf(fields),
    topicQueueMappingInfoMap: mappingTableOf(fields.topicQueueMappingInfoMap),
  };
}

export function encodeRegisterBody(body: RegisterBrokerBody): Buffer {
  const { topicConfigSerializeWrapper: topics, filterServerList } = body;
  const mapping = mappingTableJson(topics.topicQueueMappingInfoMap);
  const topicConfigSerializeWrapper = { ...topics, topicQueueMappingInfoMap: mapping };
  return encodeBody({ filterServerList, topicConfigSerializeWrapper });
}

/**
 * The body that a broker of any version sends. RocketMQ 5.5.0 forgets to say that its body is
 * compressed (compressedRegister=true), so the first byte decides where the header does not.
 */
export function decodeRegisterBody(bytes: Buffer, compressed: boolean): RegisterBrokerBody {
  if (compressed || bytes[0] === ZLIB_FIRST_BYTE) return decodeCompressed(bytes);
  const fields = decodeBody(bytes, 'RegisterBrokerBody');
  return {
    topicConfigSerializeWrapper: registeredTopicsOf(objectOf(fields.topicConfigSerializeWrapper)),
    filterServerList: textsOf(fields.filterServerList),
  };
}

/** What brokers before 3.0.11 send: only the topics. */
export function decodeOldRegisterBody(bytes: Buffer): RegisterBrokerBody {
  const fields = decodeBody(bytes, 'TopicConfigSerializeWrapper');
  return { topicConfigSerializeWrapper: registeredTopicsOf(fields), filterServerList: [] };
}

// Compressed, each text behind its int32 length: data version, int32 count and topics, filter
// servers, int32 count and queue mappings (since 5.0.0).

export function encodeCompressedRegisterBody(body: RegisterBrokerBody): Buffer {
  const { topicConfigSerializeWrapper: topics, filterServerList } = body;
  const mappings = [...topics.topicQueueMappingInfoMap.values()];
  const parts = [
    sized({ ...topics.dataVersion }),
    int32(topics.topicConfigTable.size),
    ...[...topics.topicConfigTable.values()].map((topic) => sizedText(topicLine(topic))),
    sized(filterServerList),
    int32(mappings.length),
    ...mappings.map((info) => sized({ ...info })),
  ];
  return deflateSync(Buffer.concat(parts), { level: 9 });
}

function decodeCompressed(bytes: Buffer): RegisterBrokerBody {
  const reader = new SizedTexts(inflate(bytes));
  const dataVersion = dataVersionOf(reader.json());
  const topicConfigTable = new Map<string, TopicConfig>();
  for (let left = reader.int32(); left > 0; left--) {
    const topic = topicOfLine(reader.text());
    topicConfigTable.set(topic.topicName, topic);
  }
  const filterServerList = textsOf(reader.json());
  const topicQueueMappingInfoMap = new Map<string, QueueMappingInfo>();
  for (let left = reader.ended ? 0 : reader.int32(); left > 0; left--) {
    const info = queueMappingInfoOf(reader.json());
    topicQueueMappingInfoMap.set(info.topic, info);
  }
  const topics = { dataVersion, topicConfigTable, topicQueueMappingInfoMap };
  return { topicConfigSerializeWrapper: topics, filterServerList };
}

/** TopicConfig.encode: fields divided by blanks; an attribute may hold none. */
function topicLine(topic: TopicConfig): string {
  const { topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributes } = topic;
  const line = [topicName, readQueueNums, writeQueueNums, perm, topicFilterType].join(' ');
  return `${line} ${writeJson(attributes)}`;
}

function topicOfLine(line: string): TopicConfig {
  const [topicName, readQueueNums, writeQueueNums, perm, topicFilterType, ...rest] =
    line.split(' ');
  if (topicFilterType === undefined) throw badBody(`"${line}" is no topic`);
  let attributes: Json = {};
  try {
    if (rest.length > 0) attributes = parseJson(rest.join(' '));
  } catch {
    // RocketMQ ignores attributes that it cannot read
  }
  const fields = { topicName, readQueueNums, writeQueueNums, perm, topicFilterType, attributes };
  return topicConfigOf(fields as JsonObject);
}

function inflate(bytes: Buffer): Buffer {
  try {
    return inflateSync(bytes, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    throw badBody((cause as Error).message, cause);
  }
}

function int32(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeInt32BE(value);
  return out;
}

function sizedText(text: string): Buffer {
  return Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)]);
}

const sized = (value: Json): Buffer => sizedText(writeJson(value));

class SizedTexts {
  private at = 0;
  constructor(private readonly bytes: Buffer) {}

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  int32(): number {
    if (this.at + 4 > this.bytes.length) throw badBody('it ends too early');
    this.at += 4;
    return this.bytes.readInt32BE(this.at - 4);
  }

  text(): string {
    const length = this.int32();
    if (length < 0 || this.at + length > this.bytes.length) throw badBody('a text leaves the body');
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  json(): Json {
    const text = this.text();
    try {
      return parseJson(text);
    } catch (cause) {
      throw badBody((cause as Error).message, cause);
    }
  }
}

function badBody(reason: string, cause?: unknown): MqError {
  const details = { request: 'REGISTER_BROKER', reason: `the compressed body: ${reason}` };
  return new MqError('BAD_HEADER', details, { cause });
}
