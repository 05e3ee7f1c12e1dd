// The properties of a message that is being sent, as text: what the broker adds, what it takes
// out, and the few that it must know, in one pass (SendMessageProcessor).

import {
  findProperty,
  formatProperties,
  parseProperties,
  type Properties,
} from '../../../protocol/properties.js';

/** Set by POP for what it hands out; a sender may not bring it. */
const POP_CHECKPOINT = 'POP_CK';

export interface Stamp {
  region: string;
  traceOn: boolean;
  cluster: string;
}

export interface StampedProperties {
  text: string;
  uniqueKey: string;
}

const entry = (name: string, value: string): string => `${name}\u0001${value}\u0002`;

/** Adds region, trace switch, cluster and, where there is none, a unique key. */
export class PropertyStamper {
  private seen: Stamp | undefined;
  private suffix = '';

  constructor(private readonly newUniqueKey: () => string) {}

  stamp(text: string, stamp: Stamp): StampedProperties {
    if (mayHoldStamps(text)) return this.stampSlowly(text, stamp);
    let stamped = text;
    if (text !== '' && text.charCodeAt(text.length - 1) !== 2) stamped += '\u0002';
    let uniqueKey = findProperty(text, 'UNIQ_KEY');
    if (uniqueKey === undefined) {
      uniqueKey = this.newUniqueKey();
      stamped += entry('UNIQ_KEY', uniqueKey);
    }
    return { text: stamped + this.suffixOf(stamp), uniqueKey };
  }

  /** For messages that have been stored before: their stamps are replaced. */
  private stampSlowly(text: string, stamp: Stamp): StampedProperties {
    const properties: Properties = parseProperties(text);
    delete properties[POP_CHECKPOINT];
    properties.MSG_REGION = stamp.region;
    properties.TRACE_ON = String(stamp.traceOn);
    properties.CLUSTER = stamp.cluster;
    const uniqueKey = (properties.UNIQ_KEY ??= this.newUniqueKey());
    return { text: formatProperties(properties), uniqueKey };
  }

  private suffixOf(stamp: Stamp): string {
    const { seen } = this;
    if (
      !seen ||
      seen.region !== stamp.region ||
      seen.traceOn !== stamp.traceOn ||
      seen.cluster !== stamp.cluster
    ) {
      this.seen = stamp;
      this.suffix =
        entry('MSG_REGION', stamp.region) +
        entry('TRACE_ON', String(stamp.traceOn)) +
        entry('CLUSTER', stamp.cluster);
    }
    return this.suffix;
  }
}

/** True also for texts that only look so: the slow way is right for every text. */
function mayHoldStamps(text: string): boolean {
  return (
    text.includes('MSG_REGION\u0001') ||
    text.includes('CLUSTER\u0001') ||
    text.includes('TRACE_ON\u0001') ||
    text.includes(`${POP_CHECKPOINT}\u0001`)
  );
}
