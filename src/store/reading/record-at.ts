// One record by its log offset (DefaultMessageStore.selectOneMessageByOffset).

import { MAGIC_V1, MAGIC_V2, RecordAt, readInt64 } from '../../protocol/message.js';
import type { CommitLog } from '../commitlog/commit-log.js';

/** Most records are not longer: one read brings them. */
const FIRST_BYTES = 4096;

/** Undefined when no record begins at `offset`. */
export async function recordAt(commitLog: CommitLog, offset: number): Promise<Buffer | undefined> {
  if (!Number.isSafeInteger(offset) || offset < commitLog.min) return undefined;
  const head = await commitLog.read(offset, FIRST_BYTES);
  if (!head || head.length < RecordAt.sysFlag + 4) return undefined;
  const magic = head.readInt32BE(RecordAt.magic);
  if (magic !== MAGIC_V1 && magic !== MAGIC_V2) return undefined;
  if (readInt64(head, RecordAt.physicalOffset) !== offset) return undefined;
  const size = head.readInt32BE(RecordAt.totalSize);
  if (size <= RecordAt.bornHost || offset + size > commitLog.written) return undefined;
  if (size <= head.length) return head.subarray(0, size);
  const record = await commitLog.read(offset, size);
  return record?.length === size ? record : undefined;
}
