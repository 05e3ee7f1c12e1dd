// Work on one thing at a time: who comes while it is in use waits.

export class Turns {
  private readonly last = new Map<string, Promise<void>>();

  busy(key: string): boolean {
    return this.last.has(key);
  }

  /** Runs `work` when nobody else works on the same key. */
  async run<T>(key: string, work: () => T | Promise<T>): Promise<T> {
    const before = this.last.get(key);
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => (release = resolve));
    this.last.set(key, mine);
    await before;
    try {
      return await work();
    } finally {
      release();
      if (this.last.get(key) === mine) this.last.delete(key);
    }
  }
}
