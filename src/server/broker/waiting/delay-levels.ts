// The levels of delayed messages (messageDelayLevel): `1s 5s 10s 30s 1m …`, counted from 1.

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60 * 1000,
  h: 60 * 60 * 1000,
  d: 24 * 60 * 60 * 1000,
};

/** Delays in ms, level 1 first; throws RangeError naming the part that is no time. */
export function parseDelayLevels(text: string): number[] {
  return text
    .trim()
    .split(/\s+/)
    .map((part) => {
      const found = /^(\d+)([smhd])$/.exec(part);
      if (!found) throw new RangeError(`messageDelayLevel: '${part}' is no time such as 10s or 2h`);
      return Number(found[1]) * UNITS_MS[found[2]];
    });
}

/** The queue of SCHEDULE_TOPIC_XXXX that holds a level's messages. */
export const queueOfLevel = (level: number): number => level - 1;
