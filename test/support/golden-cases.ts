// Which of RocketMQ's recorded runs of mqadmin are compared with ours (test/commands/golden.test.ts).

/** Cases that need no client and no slave, in the order in which they were recorded. */
export const CASES = [
  [4, 5, 7, 8, 10, 11, 13, 14, 17, 19, 20, 22, 23, 25, 26, 28, 29, 30, 31, 32],
  [36, 38, 39, 40, 166, 169, 170, 173, 174, 175, 176, 177, 180, 181],
  [46, 47, 59, 62, 64, 65, 66, 70, 113, 118, 148, 161],
  [186, 203, 216, 217, 218, 205, 206, 211, 234, 235, 238, 239, 242, 243, 246, 247, 248, 251],
  [252, 255, 258, 366, 370, 371, 374, 375],
  [223, 225, 226, 230, 232, 278, 280, 282, 284, 285, 286, 288, 289, 292, 293, 297, 298, 300, 302],
  [304, 305, 306, 307, 309, 310, 312, 313, 316, 317, 319, 320, 321, 329, 331],
  [356, 357, 358, 359, 360, 361, 362, 363, 364, 365],
  [340, 341, 342, 343, 344, 345, 348, 349, 351, 352],
].flat();

/** RocketMQ prints its usage and succeeds where nothing was done; here that is wrong usage. */
export const USAGE_CASES = [187, 202, 212, 369];

/** Recorded with a controller and a broker container, which are stood in for here. */
export const CONTROLLER_CASES = [378, 379, 380, 382, 387, 389, 415, 421, 422];
