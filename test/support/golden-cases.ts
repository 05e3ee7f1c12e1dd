// Which of RocketMQ's recorded runs of mqadmin are compared with ours (test/commands/golden.test.ts).

/** Cases that need no client and no slave, in the order in which they were recorded. */
export const CASES = [
  [4, 5, 7, 8, 10, 11, 13, 14, 17, 19, 20, 22, 23, 25, 26, 28, 29, 30, 31, 32],
  [46, 47, 59, 62, 64, 65, 66, 70, 113, 118, 148, 161],
  [186, 203, 216, 217, 218, 205, 206, 211, 234, 235, 238, 239, 242, 243, 246, 247, 248, 251],
  [252, 255, 258, 366, 370, 371, 374, 375],
].flat();

/** RocketMQ prints its usage and succeeds where nothing was done; here that is wrong usage. */
export const USAGE_CASES = [187, 202, 212, 369];
