// A broker that becomes master or slave while it runs: what is not confirmed, what has come in
// part, what the new master never had.

import type { CommitLog } from '../commitlog/commit-log.js';
import type { StoreRoles } from '../message-store.js';
import type { Admission } from './admission.js';
import type { CheckpointFile } from './checkpoint-file.js';
import type { Follow } from './follow.js';
import type { Entry } from './entry.js';
import type { GroupCommit } from './group-commit.js';
import type { ReplicaWaiters } from './replica-waiters.js';
import type { Reveal } from './reveal.js';
import type { Truncation } from './truncation.js';

export interface RolesParts {
  commitLog: CommitLog;
  admission: Admission;
  checkpoint: CheckpointFile;
  follow: Follow;
  groupCommit: GroupCommit;
  replicas: ReplicaWaiters;
  reveal: Reveal<Entry>;
  truncation: Truncation;
}

export class Roles implements StoreRoles {
  constructor(private readonly parts: RolesParts) {}

  get masterFlushOffset(): number {
    return this.parts.checkpoint.value.masterFlushedOffset;
  }

  set masterFlushOffset(offset: number) {
    this.parts.checkpoint.set({ masterFlushedOffset: offset });
  }

  fence(closed: boolean): void {
    this.parts.admission.fenced = closed;
  }

  release(reason: string): void {
    this.parts.groupCommit.commit();
    this.parts.reveal.show(true);
    this.parts.replicas.giveUp(reason);
  }

  hold(): void {
    this.parts.follow.dispatchAll();
    this.parts.reveal.show(false);
  }

  async dropTorn(): Promise<number> {
    const { commitLog, follow, truncation } = this.parts;
    const { wholeEnd } = follow;
    if (wholeEnd < commitLog.end) await truncation.to(wholeEnd);
    else if (wholeEnd > commitLog.end) commitLog.openAt(wholeEnd, commitLog.flushed);
    follow.reset();
    return commitLog.end;
  }

  async truncateLog(offset: number): Promise<void> {
    this.release('the log is cut: another broker is the master');
    await this.parts.truncation.to(offset);
  }
}
