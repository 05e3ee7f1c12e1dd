// What every part may say. Where the lines go (file, rotation, stderr) is decided by who starts it.

export interface Logger {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string, cause?: unknown): void;
  error(text: string, cause?: unknown): void;
  /** A logger whose lines carry `name` where RocketMQ prints the thread. */
  child(name: string): Logger;
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};

/** Text of a thrown value: its message, and the causes of one that is not coded. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined || error.name === 'MqError'
    ? error.message
    : `${error.message}: ${describeError(error.cause)}`;
}
