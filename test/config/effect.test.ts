// What the tables say about effects is what the servers read: `effect` stands on every row that the
// servers read, and on no other.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AUTH_CONFIG } from '../../src/config/auth-config.js';
import { BROKER_CONFIG } from '../../src/config/broker-config.js';
import { MESSAGE_STORE_CONFIG } from '../../src/config/message-store-config.js';
import { NAMESRV_CONFIG } from '../../src/config/namesrv-config.js';
import { NETTY_CLIENT_CONFIG, NETTY_SERVER_CONFIG } from '../../src/config/netty-config.js';
import type { Table } from '../../src/config/rows.js';

const TABLES: Record<string, Table> = {
  BrokerConfig: BROKER_CONFIG,
  MessageStoreConfig: MESSAGE_STORE_CONFIG,
  NamesrvConfig: NAMESRV_CONFIG,
  NettyServerConfig: NETTY_SERVER_CONFIG,
  NettyClientConfig: NETTY_CLIENT_CONFIG,
  AuthConfig: AUTH_CONFIG,
};

/** Where servers are built; clients read the settings of others. */
const SERVERS = ['server', 'store', 'remoting'];

/** Read inside src/config, or by a name of their own. */
const READ_ELSEWHERE = ['useTLS', 'rocketmqHome', 'configStorePath', 'configBlackList'];

/** Only shown, or another thing of the same name. */
const ONLY_SHOWN = [
  'sendThreadPoolQueueCapacity',
  'pullThreadPoolQueueCapacity',
  'litePullThreadPoolQueueCapacity',
  'ackThreadPoolQueueCapacity',
  'queryThreadPoolQueueCapacity',
  'endTransactionPoolQueueCapacity',
  'cgColdReadThreshold',
  'globalColdReadThreshold',
  'dataReadAheadEnable',
  'clusterName',
];

/** `config.key`, `this.options.config.key`, and `const { key } = config`. */
function namesRead(): Set<string> {
  const root = fileURLToPath(new URL('../../src', import.meta.url));
  const names = new Set<string>();
  for (const entry of readdirSync(root, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    const [folder] = relative(root, path).split(sep);
    if (!path.endsWith('.ts') || !SERVERS.includes(folder!)) continue;
    const source = readFileSync(path, 'utf8');
    for (const [, name] of source.matchAll(/(?:[cC]onfig|[sS]ettings)\??\.(\w+)/g)) {
      names.add(name!);
    }
    for (const [, list] of source.matchAll(/\{([^{}]*)\} = [\w.]*(?:[cC]onfig|[sS]ettings)\b/g)) {
      for (const [name] of list!.matchAll(/\w+/g)) names.add(name);
    }
  }
  return names;
}

test('a key has an effect if and only if something reads it', () => {
  const read = namesRead();
  const missing: string[] = [];
  const idle: string[] = [];
  for (const [title, table] of Object.entries(TABLES)) {
    for (const name in table) {
      const used = read.has(name) && !ONLY_SHOWN.includes(name);
      const marked = Object.values(TABLES).some((other) => other[name]?.effect);
      if (used && !marked) missing.push(`${title}.${name}`);
      if (!used && table[name]!.effect && !READ_ELSEWHERE.includes(name)) {
        idle.push(`${title}.${name}`);
      }
    }
  }
  assert.deepEqual(missing, [], 'put `effect` on these rows, they are read');
  assert.deepEqual(idle, [], 'take `effect` off these rows, nothing reads them');
});
