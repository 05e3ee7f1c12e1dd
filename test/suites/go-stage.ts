// Runs an example of rocketmq-client-go and looks at what it prints and what the servers keep.

import { Child } from '../support/child.js';
import type { Wire } from '../support/wire.js';
import { until } from '../support/until.js';

const PATIENCE_MS = 90_000;
const PROBE_MS = 3000;

/** An example that runs; what it prints, on stderr too, in one text. */
class GoProgram {
  text = '';
  readonly child: Child;

  constructor(binary: string, home: string) {
    const env = { HOME: home, ROCKETMQ_GO_LOG_LEVEL: 'info' };
    const merged = ['-c', 'exec "$0" 2>&1', binary];
    this.child = new Child('sh', merged, { cwd: home, env, name: binary });
    this.child.onText((text) => (this.text += text));
  }

  count(pattern: RegExp): number {
    return this.text.match(pattern)?.length ?? 0;
  }

  async printed(pattern: RegExp, times: number): Promise<void> {
    const enough = (): boolean => this.count(pattern) >= times;
    await until(`${times} times ${String(pattern)}`, enough, PATIENCE_MS);
  }
}

export class GoStage {
  private readonly programs: GoProgram[] = [];

  constructor(
    private readonly example: string,
    private readonly home: string,
    /** Of every example that takes part. */
    private readonly binaries: Readonly<Record<string, string>>,
    readonly wire: Wire,
  ) {}

  /** Starts the example, or another that it needs. */
  start(example = this.example): GoProgram {
    const program = new GoProgram(this.binaries[example], this.home);
    this.programs.push(program);
    return program;
  }

  async end(): Promise<void> {
    for (const { child } of this.programs) await child.stop();
  }

  count(pattern: RegExp): number {
    return this.program.count(pattern);
  }

  async printed(pattern: RegExp, times: number): Promise<void> {
    await this.program.printed(pattern, times);
  }

  /** How many messages a topic has had. */
  async stored(topic: string): Promise<number> {
    const offsets = await this.wire.maxOffsets(topic);
    return offsets.reduce((sum, offset) => sum + offset, 0);
  }

  async grown(topic: string, size: number): Promise<void> {
    const large = async (): Promise<boolean> => (await this.stored(topic)) >= size;
    await until(`${size} messages in ${topic}`, large, PATIENCE_MS);
  }

  /** What a message holds that no other example gets. */
  body(text: string): string {
    return `${this.example}#${text}`;
  }

  shows(text: string): boolean {
    return this.program.text.includes(text);
  }

  async shown(texts: readonly string[]): Promise<void> {
    const all = (): boolean => texts.every((text) => this.shows(text));
    await until(`all of ${texts.join(' ')}`, all, PATIENCE_MS);
  }

  /** Sends until the example shows one of them: then it has its queue. */
  async firstOf(
    topic: string,
    properties: Record<string, string>,
    isShown: () => boolean,
  ): Promise<void> {
    let sent = 0;
    let next = 0;
    const look = async (): Promise<boolean> => {
      if (performance.now() < next) return isShown();
      next = performance.now() + PROBE_MS;
      await this.wire.send(topic, 0, this.body(`first-${sent++};`), properties);
      return false;
    };
    await until(`first message of ${topic}`, look, PATIENCE_MS);
  }

  /** Starts the example, again when it ends without having printed it: it waits for five seconds. */
  async startUntil(pattern: RegExp): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    do {
      const program = this.start();
      let ended = false;
      void program.child.ended.then(() => (ended = true));
      const over = (): boolean => ended || program.count(pattern) > 0;
      await until(`end of ${this.example}`, over, PATIENCE_MS);
    } while (this.count(pattern) === 0 && performance.now() < end);
  }

  /** The last words of what was started last. */
  describe(): string {
    return this.programs.at(-1)?.text.slice(-200) ?? '';
  }

  private get program(): GoProgram {
    return this.programs[this.programs.length - 1];
  }
}
