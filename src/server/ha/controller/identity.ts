// Which id a controller gave this broker, for good (BrokerMetadata, TempBrokerMetadata):
// brokerIdentity holds `cluster#name#id`; while it is being asked for, brokerIdentity-temp holds
// `cluster#name#id#code`, so that a crash in between does not cost an id.

import type { FileSystem } from '../../../base/files.js';
import type { Logger } from '../../../base/log.js';

export interface Identity {
  clusterName: string;
  brokerName: string;
  brokerId: number;
}

export interface Applied extends Identity {
  checkCode: string;
}

export interface IdentityFilesOptions {
  path: string;
  files: Pick<FileSystem, 'readText' | 'writeTextAtomic' | 'unlink' | 'exists'>;
  log: Logger;
}

export class IdentityFiles {
  constructor(private readonly options: IdentityFilesOptions) {}

  /** The id that this broker has. */
  given(): Identity | undefined {
    const { path, files } = this.options;
    return this.parse(files.readText(path), 3);
  }

  /** The id that this broker has asked for. */
  applied(): Applied | undefined {
    const applied = this.parse(this.options.files.readText(this.tempPath), 4);
    return applied?.checkCode === undefined ? undefined : (applied as Applied);
  }

  apply({ clusterName, brokerName, brokerId, checkCode }: Applied): void {
    const text = [clusterName, brokerName, brokerId, checkCode].join('#');
    this.options.files.writeTextAtomic(this.tempPath, text);
  }

  give({ clusterName, brokerName, brokerId }: Identity): void {
    const { path, files } = this.options;
    files.writeTextAtomic(path, [clusterName, brokerName, brokerId].join('#'));
    this.dropApplied();
  }

  /** Somebody else has the id. */
  dropApplied(): void {
    const { files } = this.options;
    if (files.exists(this.tempPath)) files.unlink(this.tempPath);
  }

  private get tempPath(): string {
    return `${this.options.path}-temp`;
  }

  private parse(text: string | undefined, parts: number) {
    if (text === undefined || text.trim() === '') return undefined;
    const [clusterName, brokerName, id, checkCode] = text.trim().split('#');
    if (!clusterName || !brokerName || !/^\d+$/.test(id ?? '') || (parts === 4 && !checkCode)) {
      this.options.log.error(`${this.options.path} or its temporary file is damaged`);
      return undefined;
    }
    return { clusterName, brokerName, brokerId: Number(id), checkCode };
  }
}
