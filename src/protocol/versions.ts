// Names of client and broker versions by their number on the wire (MQVersion.Version).

/** Numbers 0 to 15 are the releases before 3.0.1. */
const OLDEST = (
  'SNAPSHOT ALPHA1 BETA1 BETA2 BETA3 BETA4 BETA5 BETA6_SNAPSHOT BETA6 BETA7_SNAPSHOT BETA7 ' +
  'BETA8_SNAPSHOT BETA8 BETA9_SNAPSHOT BETA9 FINAL'
).split(' ');

/** Runs of pairs (snapshot, release): first number, minor line, first patch, count. */
const RUNS: readonly [number, string, number, number][] = [
  [16, '3_0', 1, 15],
  [46, '3_1', 0, 10],
  [66, '3_2', 0, 10],
  ...[3, 4, 5, 6, 7, 8, 9].map(
    (minor, i) => [86 + 18 * i, `3_${minor}`, 1, 9] as [number, string, number, number],
  ),
  ...Array.from(
    { length: 20 },
    (_, i) =>
      [212 + 20 * i, `${4 + Math.floor(i / 10)}_${i % 10}`, 0, 10] as [
        number,
        string,
        number,
        number,
      ],
  ),
];
const HIGHER = 612;

/** Name of a version number, HIGHER_VERSION after the last (MQVersion.getVersionDesc). */
export function versionName(version: number): string {
  if (version < 0 || version >= HIGHER) return 'HIGHER_VERSION';
  if (version < OLDEST.length) return `V3_0_0_${OLDEST[version]}`;
  const run = RUNS.findLast(([first]) => first <= version)!;
  const patch = run[2] + ((version - run[0]) >> 1);
  return `V${run[1]}_${patch}${(version - run[0]) % 2 === 0 ? '_SNAPSHOT' : ''}`;
}
