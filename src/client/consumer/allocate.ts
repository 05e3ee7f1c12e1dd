// Which queues of a topic a member of a group gets (AllocateMessageQueueAveragely).

/** Equal runs of neighbouring queues; the first members get one more where it does not come out. */
export function allocateAveragely<T>(
  queues: readonly T[],
  members: readonly string[],
  member: string,
): T[] {
  const index = members.indexOf(member);
  if (index < 0 || queues.length === 0) return [];
  const rest = queues.length % members.length;
  const each = Math.floor(queues.length / members.length);
  const start = index * each + Math.min(index, rest);
  return queues.slice(start, start + each + (index < rest ? 1 : 0));
}
