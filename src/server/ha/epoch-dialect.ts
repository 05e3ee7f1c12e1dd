// Replication in a group whose master a controller chooses: a slave first drops what its master
// never had, by comparing the epochs of both logs, and learns every new epoch with its first bytes.

import { describeError, type Logger } from '../../base/log.js';
import type { StoreReplication, StoreRoles } from '../../store/message-store.js';
import { type MasterDialect, outOfRange, type SlaveDialect, type SlaveLine } from './dialect.js';
import type { Piece } from './wire.js';
import { type Epoch, type Epochs, samePrefix } from './epochs.js';
import {
  encodeEpochReport,
  encodeEpochs,
  encodeGreeting,
  encodeTransfer,
  EpochReader,
  type FromMaster,
  type SlaveGreeting,
  takeFromMaster,
  takeFromSlave,
} from './epoch-wire.js';

export interface EpochMasterOptions {
  store: StoreReplication;
  epochs: Epochs;
  /** All replicas in sync have everything before it. */
  confirmOffset(): number;
  send(bytes: Buffer): void;
  onGreeting(greeting: SlaveGreeting): void;
}

export class EpochMaster implements MasterDialect {
  private readonly reader = new EpochReader(takeFromSlave);
  private fromLastFile = false;
  private toldConfirm = -1;

  constructor(private readonly options: EpochMasterOptions) {}

  received(chunk: Buffer): number | undefined {
    const { epochs, onGreeting, send, store } = this.options;
    const all = this.reader.read(chunk);
    if (!all) throw new Error('what comes from there is no slave of a group with a controller');
    let end: number | undefined;
    for (const said of all) {
      if (said.kind === 'report') end = said.end;
      else {
        this.fromLastFile = said.fromLastFile;
        onGreeting(said);
        send(encodeEpochs(epochs.all, store.logRange().end));
      }
    }
    return end;
  }

  begin(offset: number): ReturnType<MasterDialect['begin']> {
    const { store } = this.options;
    const refusal = outOfRange(store, offset);
    if (refusal) return refusal;
    if (offset > 0) return offset;
    const { min, end } = store.logRange();
    return this.fromLastFile ? Math.max(min, end - (end % store.logFileBytes)) : min;
  }

  /** A piece never holds bytes of two epochs. */
  room(offset: number, wanted: number): number {
    const { epochs } = this.options;
    const epoch = epochs.at(offset);
    return epoch ? Math.min(wanted, epochs.endOf(epoch) - offset) : wanted;
  }

  header(offset: number, size: number): Buffer {
    const { confirmOffset, epochs } = this.options;
    const epoch = epochs.at(offset) ?? epochs.all[0] ?? { epoch: -1, start: 0 };
    this.toldConfirm = confirmOffset();
    return encodeTransfer({ ...epoch, offset, size, confirmOffset: this.toldConfirm });
  }

  news(): boolean {
    return this.options.confirmOffset() > this.toldConfirm;
  }
}

export interface EpochSlaveOptions {
  store: StoreReplication;
  roles: StoreRoles;
  epochs: Epochs;
  greeting: SlaveGreeting;
  line: SlaveLine;
  log: Logger;
  /** Runs one after the other, whatever connection asked. */
  inTurn(work: () => Promise<void>): void;
  onConfirm(offset: number): void;
}

export class EpochSlave implements SlaveDialect {
  ready = false;
  private readonly reader = new EpochReader(takeFromMaster);
  private epoch = -1;

  constructor(private readonly options: EpochSlaveOptions) {}

  greeting(): Buffer {
    return encodeGreeting(this.options.greeting);
  }

  report(end: number): Buffer {
    return encodeEpochReport(end);
  }

  received(chunk: Buffer): Piece[] | undefined {
    const all = this.reader.read(chunk);
    if (!all) return undefined;
    const pieces: Piece[] = [];
    for (const said of all) {
      if (said.kind === 'epochs') this.agreeWith(said);
      else if (!this.ready) return undefined;
      else {
        this.learn(said);
        pieces.push(said);
        this.options.onConfirm(said.confirmOffset);
      }
    }
    return pieces;
  }

  private learn({ epoch, start }: Epoch): void {
    if (epoch === this.epoch || epoch < 0) return;
    this.epoch = epoch;
    if (this.options.epochs.append({ epoch, start })) {
      this.options.log.info(`epoch ${epoch} of the master begins at ${start}`);
    }
  }

  private agreeWith(master: FromMaster & { kind: 'epochs' }): void {
    const { inTurn, line } = this.options;
    inTurn(async () => {
      if (!line.open) return;
      try {
        await this.agree(master);
        this.ready = true;
        line.report();
      } catch (error) {
        line.drop(describeError(error));
      }
    });
  }

  private async agree(master: FromMaster & { kind: 'epochs' }): Promise<void> {
    const { epochs, log, roles } = this.options;
    const end = await roles.dropTorn();
    if (epochs.all.length === 0) return; // a new replica
    const same = samePrefix({ epochs: epochs.all, end }, master);
    if (same < 0) {
      const [mine, other] = [epochs.all, master.epochs].map((all) => JSON.stringify(all));
      const hint = 'empty its store to let it begin again';
      throw new Error(`the log here has nothing in common with its master's: ${hint}`, {
        cause: `epochs here ${mine}, there ${other}`,
      });
    }
    if (same >= end) return;
    log.warn(`the master has the same log up to ${same}, here it goes on to ${end}`);
    await roles.truncateLog(same);
    epochs.cut(same);
  }
}
