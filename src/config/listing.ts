// What `-p` and `-m` print: every setting, or the important ones, as RocketMQ's console log does.

import { formatValue, shownValue } from './rows.js';
import type { Row, Table } from './rows.js';

type Section = Record<string, number | boolean | string>;

/** BrokerIdentity's fields and MessageStoreConfig are not in RocketMQ's list: here they end it. */
const IDENTITY = new Set([
  'brokerName',
  'brokerClusterName',
  'brokerId',
  'isBrokerContainer',
  'isInBrokerContainer',
]);

export interface ListingOptions {
  tables: Readonly<Record<string, Table>>;
  config: object;
  importantOnly?: boolean;
  /** For a log, which more people may read: without passwords and keys. */
  masked?: boolean;
}

/** `key=value` in RocketMQ's order, what RocketMQ leaves out at the end. */
export function listSettings(options: ListingOptions): string[] {
  const { tables, config, importantOnly } = options;
  const show = options.masked ? shownValue : formatValue;
  const first: string[] = [];
  const rest: string[] = [];
  for (const section in tables) {
    const values = (config as Record<string, Section>)[section]!;
    for (const name in tables[section]) {
      const row: Row<number | boolean | string> = tables[section]![name]!;
      if (row.foreign || (importantOnly && !row.important)) continue;
      const late = section === 'messageStoreConfig' || IDENTITY.has(name);
      (late ? rest : first).push(`${name}=${show(row, values[name]!)}`);
    }
  }
  return [...first, ...rest];
}
