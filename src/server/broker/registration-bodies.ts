// What a broker tells name servers of its topics: rows and version of one moment, encoded once.

import {
  encodeCompressedRegisterBody,
  encodeRegisterBody,
} from '../../protocol/bodies/register.js';
import type { QueueMappingInfo } from '../../protocol/bodies/route.js';
import { mappingInfoOf } from '../../protocol/bodies/static-topic.js';
import type { DataVersion, TopicConfig } from '../../protocol/bodies/topic.js';
import { Perm } from '../../protocol/flags.js';
import type { TopicConfigs } from './metadata/topics.js';
import type { QueueMappings } from './static-topics/queue-mappings.js';

export interface BodyParts {
  config: { brokerPermission: number };
  topics: TopicConfigs;
  mappings: QueueMappings;
}

interface Encoded {
  dataVersion: DataVersion;
  compressed: boolean;
  body: Buffer;
}

const READ_WRITE = Perm.READ | Perm.WRITE;

export class RegistrationBodies {
  /** Those of the same list of names serve again as long as no topic changes. */
  private readonly encoded = new WeakMap<readonly string[], Encoded>();

  constructor(private readonly parts: BodyParts) {}

  /** Rows and version are of this moment: rows of an older one would never be put right. */
  of(names: readonly string[], compressed: boolean): Buffer {
    const { dataVersion } = this.parts.topics;
    const known = this.encoded.get(names);
    if (known?.dataVersion === dataVersion && known.compressed === compressed) return known.body;
    const table = this.rows(names);
    const wrapper = {
      topicConfigSerializeWrapper: {
        dataVersion,
        topicConfigTable: this.permitted(table),
        topicQueueMappingInfoMap: this.mappings(table),
      },
      filterServerList: [],
    };
    const body = compressed ? encodeCompressedRegisterBody(wrapper) : encodeRegisterBody(wrapper);
    this.encoded.set(names, { dataVersion, compressed, body });
    return body;
  }

  rows(names: readonly string[]): Map<string, TopicConfig> {
    const { topics } = this.parts;
    const rows = names.map((name) => [name, topics.get(name)] as const);
    return new Map(rows.filter((row): row is [string, TopicConfig] => row[1] !== undefined));
  }

  mappings(table: ReadonlyMap<string, TopicConfig>): Map<string, QueueMappingInfo> {
    const infos = new Map<string, QueueMappingInfo>();
    for (const topic of this.parts.mappings.topics()) {
      const mapping = table.has(topic) && this.parts.mappings.get(topic);
      if (mapping) infos.set(topic, mappingInfoOf(mapping));
    }
    return infos;
  }

  /** What is told of topics while the broker itself may not be read or written. */
  permitted(topics: ReadonlyMap<string, TopicConfig>): Map<string, TopicConfig> {
    const { brokerPermission } = this.parts.config;
    if ((brokerPermission & READ_WRITE) === READ_WRITE) return new Map(topics);
    const masked = [...topics].map(([name, topic]) => {
      return [name, { ...topic, perm: topic.perm & brokerPermission }] as const;
    });
    return new Map(masked);
  }
}
