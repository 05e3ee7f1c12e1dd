// How groups read topics when the broker assigns the queues (MessageRequestModeManager).

import type { Part } from '../../../base/lifecycle.js';
import {
  type MessageRequestMode,
  type RequestModeTable,
  requestModeTableOf,
} from '../../../protocol/bodies/assignment.js';
import { type JsonObject, writeJson } from '../../../protocol/fastjson.js';
import { type ConfigFile, configFile, type ConfigFileOptions } from './config-file.js';
import { record, table } from './unknown-fields.js';

export type RequestModesOptions = Pick<ConfigFileOptions, 'files' | 'clock' | 'log'> & {
  storePathRootDir: string;
};

export class RequestModes implements Part {
  private table: RequestModeTable = new Map();
  private readonly file: ConfigFile;

  constructor(options: RequestModesOptions) {
    this.file = configFile({
      ...options,
      root: options.storePathRootDir,
      name: 'messageRequestMode.json',
      periodMs: 0,
      onlyOnChange: true,
      shape: record({ messageRequestModeMap: table(table(record())) }),
      state: () => this.state(),
      load: (fields) => {
        this.table = requestModeTableOf(fields);
      },
    });
  }

  start(): Promise<void> {
    return this.file.start();
  }

  stop(): Promise<void> {
    return this.file.stop();
  }

  get(topic: string, group: string): MessageRequestMode | undefined {
    return this.table.get(topic)?.get(group);
  }

  set(mode: MessageRequestMode): void {
    const groups = this.table.get(mode.topic) ?? new Map<string, MessageRequestMode>();
    this.table.set(mode.topic, groups.set(mode.consumerGroup, mode));
    this.file.persist();
  }

  /** In a slave: its master's table. */
  takeOver(fields: JsonObject): void {
    const table = requestModeTableOf(fields);
    if (writeJson({ table }) === writeJson({ table: this.table })) return;
    this.table = table;
    this.file.persist();
  }

  /** One line of JSON, as a slave is given it. */
  encode(): string {
    return writeJson(this.state());
  }

  private state(): JsonObject {
    return { messageRequestModeMap: this.table };
  }
}
