// Parts start in order and stop in reverse; a failed start stops what had started.

export interface Part {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Joins parts into one. `stop` is idempotent, may be called while `start` is under way, and stops
 * every started part even if one of them fails (the first failure is thrown at the end).
 */
export function lifecycle(parts: readonly Part[]): Part {
  const started: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (stopping) return;
      try {
        await part.start();
      } catch (error) {
        await stopStarted().catch(() => undefined); // the cause of the failed start is what matters
        throw error;
      }
      started.push(part);
    }
  }

  async function stopStarted(): Promise<void> {
    let failure: { error: unknown } | undefined;
    for (let part = started.pop(); part; part = started.pop()) {
      try {
        await part.stop();
      } catch (error) {
        failure ??= { error };
      }
    }
    if (failure) throw failure.error;
  }

  return {
    start: () => (starting ??= startAll()),
    stop: () =>
      (stopping ??= (async () => {
        await starting?.catch(() => undefined);
        await stopStarted();
      })()),
  };
}
