// The configuration classes that make up a server's settings, in RocketMQ's order, and how a key
// of a file finds its rows: some keys are in two classes, some have two spellings.

import { AUTH_CONFIG } from './auth-config.js';
import type { AuthConfig } from './auth-config.js';
import { BROKER_CONFIG } from './broker-config.js';
import type { BrokerConfig } from './broker-config.js';
import { CONTROLLER_CONFIG } from './controller-config.js';
import { MESSAGE_STORE_CONFIG } from './message-store-config.js';
import type { MessageStoreConfig } from './message-store-config.js';
import { nearest } from './nearest.js';
import { NAMESRV_CONFIG } from './namesrv-config.js';
import type { NamesrvConfig } from './namesrv-config.js';
import { NETTY_CLIENT_CONFIG, NETTY_SERVER_CONFIG } from './netty-config.js';
import type { NettyClientConfig, NettyServerConfig } from './netty-config.js';
import type { Row, Table } from './rows.js';

export interface BrokerSettings {
  brokerConfig: BrokerConfig;
  nettyServerConfig: NettyServerConfig;
  nettyClientConfig: NettyClientConfig;
  messageStoreConfig: MessageStoreConfig;
  authConfig: AuthConfig;
}

export interface NamesrvSettings {
  namesrvConfig: NamesrvConfig;
  nettyServerConfig: NettyServerConfig;
  nettyClientConfig: NettyClientConfig;
}

export const BROKER_TABLES = {
  brokerConfig: BROKER_CONFIG,
  nettyServerConfig: NETTY_SERVER_CONFIG,
  nettyClientConfig: NETTY_CLIENT_CONFIG,
  messageStoreConfig: MESSAGE_STORE_CONFIG,
  authConfig: AUTH_CONFIG,
} satisfies Record<keyof BrokerSettings, Table>;

export const NAMESRV_TABLES = {
  namesrvConfig: NAMESRV_CONFIG,
  nettyServerConfig: NETTY_SERVER_CONFIG,
  nettyClientConfig: NETTY_CLIENT_CONFIG,
} satisfies Record<keyof NamesrvSettings, Table>;

/** Keys of a controller inside a name server: known in its file, without effect yet. */
export const ACCEPTED_BESIDE: readonly Table[] = [CONTROLLER_CONFIG];

export interface Place {
  /** The class, as in `BrokerSettings`; '' for tables that are only accepted. */
  section: string;
  name: string;
  row: Row<number | boolean | string>;
}

/** `mapedFileSize…` of RocketMQ 4 and `mappedFileSize…` of 5 are one key. */
export const canonical = (key: string): string =>
  key.includes('aped') ? key.replace(/([Mm])aped/g, '$1apped') : key;

export function indexKeys(
  tables: Readonly<Record<string, Table>>,
  beside: readonly Table[] = [],
): Map<string, Place[]> {
  const index = new Map<string, Place[]>();
  const add = (key: string, place: Place): void => {
    const known = index.get(canonical(key));
    if (known) known.push(place);
    else index.set(canonical(key), [place]);
  };
  const addTable = (section: string, table: Table): void => {
    for (const name in table) {
      const place = { section, name, row: table[name]! };
      add(name, place);
      for (const alias of place.row.aliases ?? []) add(alias, place);
    }
  };
  for (const section in tables) addTable(section, tables[section]!);
  for (const table of beside) {
    for (const name in table) {
      if (!index.has(canonical(name))) add(name, { section: '', name, row: table[name]! });
    }
  }
  return index;
}

/** `, did you mean brokerName?`, or nothing. */
export function suggestion(key: string, index: ReadonlyMap<string, readonly Place[]>): string {
  const found = nearest(canonical(key), index.keys());
  return found === undefined ? '' : `, did you mean ${index.get(found)![0]!.name}?`;
}
