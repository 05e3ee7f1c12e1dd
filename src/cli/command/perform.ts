// Runs a command's action: once or again and again, for real or only in words; prints the result.

import { MqError } from '../../base/errors.js';
import { accessOf } from '../access/access.js';
import { type Parsed, usage } from '../flags/argv.js';
import { Context } from './context.js';
import type { CommandSpec } from './command-spec.js';
import type { DryRun } from './dry-run.js';
import { exitOf, report } from './failure.js';
import type { Io } from '../process/io.js';
import type { Options, Values } from '../flags/options.js';
import { rendered, type Result } from '../output/output.js';
import { OWN } from './own-options.js';
import { OUTPUTS } from '../access/profile.js';
import { loadProfile, type Profile } from '../access/profiles.js';
import { fitted } from './shape.js';
import { valuesOf } from '../flags/values.js';

type Own = Values<typeof OWN>;

export interface Call<O extends Options> {
  app: string;
  io: Io;
  parsed: Parsed;
  flags: Values<O>;
}

/** The exit code; throws what nothing could be done about. */
export async function perform<O extends Options, R>(
  spec: CommandSpec<O, R>,
  call: Call<O>,
): Promise<number> {
  const own = valuesOf(call.parsed, OWN);
  const watched = watchSeconds(spec, call, own);
  if (!own['dry-run'] && !own.yes) await confirm(spec, call);
  const dryRun = own['dry-run'] ? await startDryRun() : undefined;
  const ctx = await contextOf(spec, call, own, dryRun);
  const run = new Run(spec, ctx, call, dryRun);
  try {
    const asked = watched ?? (spec.every && (call.flags[spec.every] as number | undefined));
    const seconds = spec.endless || dryRun ? undefined : asked;
    if (seconds === undefined && !spec.stoppable && !spec.endless) return await run.once();
    const rounds = (): Promise<number> =>
      seconds === undefined ? run.once() : run.rounds(seconds, watched !== undefined);
    return (await ctx.stopping.during(rounds)) ?? 0;
  } finally {
    ctx.close();
  }
}

async function startDryRun(): Promise<DryRun> {
  const { DryRun } = await import('./dry-run.js');
  return new DryRun();
}

function watchSeconds<O extends Options, R>(
  spec: CommandSpec<O, R>,
  { app }: Call<O>,
  { watch }: Own,
): number | undefined {
  if (watch === undefined) return undefined;
  if (spec.effect !== 'reads' || spec.offline) {
    throw usage(`${app} cannot be watched`, '--watch is for commands that ask servers');
  }
  const seconds = Number(watch);
  if (seconds >= 0.1) return seconds;
  throw usage(`--watch is '${watch}'; it must be a number of seconds, 0.1 or more`);
}

/** Asks a person at the terminal before something is destroyed; a script is not asked. */
async function confirm<O extends Options, R>(
  { effect, loss }: CommandSpec<O, R>,
  { io, flags }: Call<O>,
): Promise<void> {
  if (effect !== 'destroys' || !io.inIsTerminal) return;
  const answer = await io.ask(`This ${loss?.(flags) ?? 'destroys data'}. Go on? [y/N] `);
  if (/^\s*y(es)?\s*$/i.test(answer)) return;
  throw new MqError('NOT_CONFIRMED');
}

async function contextOf<O extends Options, R>(
  { withoutProfile }: CommandSpec<O, R>,
  { app, io, parsed }: Call<O>,
  own: Own,
  dryRun: DryRun | undefined,
): Promise<Context> {
  const profile: Profile = withoutProfile ? {} : await loadProfile(io, own.profile);
  const asked = own.json ? 'json' : own.output;
  const output = OUTPUTS.find((form) => form === (asked ?? profile.output ?? 'text'));
  if (!output) throw usage(`--output is '${asked}'; it can be ${OUTPUTS.join(', ')}`);
  if (own.timeout !== undefined && own.timeout < 1) {
    throw usage(`--timeout is '${own.timeout}'; it must be 1 or more`, OWN.timeout.describe);
  }
  const namesrvAddr = parsed.values.get('namesrvAddr') as string | undefined;
  const around = withoutProfile ? { ...io, env: {} } : io;
  const access = accessOf(around, profile, { ...own, namesrvAddr });
  const watchMs = own.watch === undefined ? undefined : Number(own.watch) * 1000;
  const times = { timeoutMs: profile.timeoutMs, maxTimeoutMs: own.timeout, watchMs };
  return Context.create(io, { app, access, ...times, output, dryRun });
}

class Run<O extends Options, R> {
  constructor(
    private readonly spec: CommandSpec<O, R>,
    private readonly ctx: Context,
    private readonly call: Call<O>,
    private readonly dryRun: DryRun | undefined,
  ) {}

  async once(): Promise<number> {
    const { ctx } = this;
    let thrown: unknown;
    let code = 0;
    try {
      const result = await this.act();
      await this.print(result, false);
      code = this.spec.exit?.(result) ?? 0;
    } catch (error) {
      thrown = error;
    }
    await this.reportFailures();
    if (thrown !== undefined) throw await this.explained(thrown);
    return exitOf(ctx.failures) || code;
  }

  private async reportFailures(): Promise<void> {
    const { io, failures } = this.ctx;
    for (const error of failures) await report(await this.explained(error), io);
  }

  private async explained(error: unknown): Promise<unknown> {
    if (this.spec.offline) return error;
    const { explained } = await import('./explain.js');
    const { session, namesrvAddrs } = this.ctx;
    const given = new Set(Object.values(this.call.flags));
    return explained(error, { session, namesrvAddrs, given });
  }

  /** Until Ctrl-C; a round that fails is reported, and the next one comes. */
  async rounds(seconds: number, watched: boolean): Promise<number> {
    const { ctx } = this;
    const clear = watched && ctx.io.outIsTerminal && ctx.output !== 'json';
    do {
      ctx.startRound();
      try {
        const result = await this.act();
        if (clear) ctx.io.out(`${CLEAR}${this.heading(seconds)}`);
        await this.print(result, true);
      } catch (error) {
        if (error instanceof MqError && error.exit === 2) throw error;
        await report(await this.explained(error), ctx.io);
      }
      await this.reportFailures();
    } while (await ctx.pause(seconds * 1000));
    return 0;
  }

  private heading(seconds: number): string {
    const { app, io } = this.call;
    return `every ${seconds} s: ${app}   ${new Date(io.clock.now()).toLocaleTimeString()}\n\n`;
  }

  private async act(): Promise<R> {
    const { spec, ctx, call } = this;
    if (!spec.endless) ctx.working.start();
    try {
      return await spec.run(ctx, call.flags, call.parsed.rest);
    } finally {
      ctx.working.stop();
    }
  }

  private async print(result: R, many: boolean): Promise<void> {
    const { spec, ctx, dryRun, call } = this;
    const { flags } = call;
    const real: Result = {
      text: () => spec.text?.(result, flags) ?? '',
      data: () => {
        const data: unknown = spec.json ? spec.json(result, flags) : result;
        return spec.shape === undefined ? data : fitted(spec.shape, data);
      },
      table: () => spec.table?.(result, flags),
    };
    const shown = dryRun && (spec.effect !== 'reads' || !dryRun.empty) ? dryRun.result : real;
    // A command that printed as it went has no document left to print.
    if (shown === real && ctx.streamed) return;
    ctx.io.out(await rendered(ctx.output, shown, { io: ctx.io, many }));
  }
}

/** Cursor home, erase the screen and what was scrolled off. */
const CLEAR = '\u001b[H\u001b[2J\u001b[3J';
