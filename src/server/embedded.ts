// A name server and a broker in this process: for tests, and for trying things out.

import type { Clock } from '../base/clock.js';
import type { FileSystem } from '../base/files.js';
import { lifecycle, type Part } from '../base/lifecycle.js';
import type { Logger } from '../base/log.js';
import { loadBrokerConfig, loadNamesrvConfig } from '../config/load.js';
import { createBroker } from './broker/broker.js';
import { createNamesrv } from './namesrv/namesrv.js';

export interface EmbeddedOptions {
  /** Holds the store and all other files. */
  folder: string;
  /** Where both listen and are found. */
  host?: string;
  /** 0 takes any free port. */
  namesrvPort?: number;
  brokerPort?: number;
  /** Settings by RocketMQ's property names. */
  namesrv?: Readonly<Record<string, string | number | boolean>>;
  broker?: Readonly<Record<string, string | number | boolean>>;
  clock: Clock;
  files: FileSystem;
  log: Logger;
}

export interface Embedded extends Part {
  /** `host:port`, after start. */
  readonly namesrvAddr: string;
  readonly brokerAddr: string;
  readonly brokerName: string;
  readonly clusterName: string;
}

/** What differs from a broker of its own: it is found here, and its files are small. */
const BROKER_DEFAULTS = {
  brokerName: 'broker-a',
  autoCreateTopicEnable: true,
  mappedFileSizeCommitLog: 64 * 1024 * 1024,
} as const;

export function createEmbedded(options: EmbeddedOptions): Embedded {
  const { folder, host = '127.0.0.1', clock, files, log } = options;
  const facts = { env: {}, host: { userHome: folder, homeDir: folder, localAddress: host } };
  const own = { bindAddress: host, listenPort: options.namesrvPort ?? 0 };
  const namesrvArgs = words({ ...own, ...options.namesrv });
  const { config: namesrvConfig } = loadNamesrvConfig({ ...facts, args: namesrvArgs });
  const namesrv = createNamesrv({ config: namesrvConfig, clock, files, log });
  const namesrvAddr = (): string => `${host}:${namesrv.port}`;

  const brokerArgs = words({
    ...BROKER_DEFAULTS,
    brokerIP1: host,
    bindAddress: host,
    listenPort: options.brokerPort ?? 0,
    ...options.broker,
  });
  const { config, storePath } = loadBrokerConfig({ ...facts, args: brokerArgs });
  const broker = createBroker({ config, storePath, clock, files, log });
  const connected: Part = {
    start: () => {
      config.brokerConfig.namesrvAddr ||= namesrvAddr();
      return broker.start();
    },
    stop: () => broker.stop(),
  };
  const { brokerName, brokerClusterName: clusterName } = config.brokerConfig;
  return {
    ...lifecycle([namesrv, connected]),
    brokerName,
    clusterName,
    get namesrvAddr() {
      return namesrvAddr();
    },
    get brokerAddr() {
      return `${host}:${broker.port}`;
    },
  };
}

function words(settings: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(settings).map(([key, value]) => `${key}=${String(value)}`);
}
