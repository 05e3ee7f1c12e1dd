// store: looks at a store directory that no broker uses: is it in order, what is in it.

import { join, resolve } from 'node:path';
import { MqError } from '../base/errors.js';
import { usage } from '../cli/flags/argv.js';
import type { Context } from '../cli/command/context.js';
import { command } from '../cli/command/define.js';
import { int, option } from '../cli/flags/options.js';
import { dumpJson, dumpLine, reportText, statText } from '../cli/text/store.js';
import { TimerCheck } from '../store/offline/timer-check.js';
import { StoreCheck } from '../store/offline/check.js';
import { type DumpFilter, dumpMessages } from '../store/offline/dump.js';
import { storeStat } from '../store/offline/stat.js';
import type { Problem } from '../store/offline/store-files.js';

const USAGE = 'Usage: pocketmq store check | dump | stat <store directory>';

const COMMIT_LOG = {
  commitLog: option(
    undefined,
    'directories of storePathCommitLog and readOnlyCommitLogStorePaths, with commas between',
  ),
};

const OPTIONS = {
  topic: option('t', 'dump: messages of this topic only'),
  queueId: int('q', 'dump: messages of this queue only'),
  key: option('k', 'dump: messages with this key or unique key'),
  from: int(undefined, 'dump: from this commitlog offset on'),
  to: int(undefined, 'dump: up to this commitlog offset'),
  limit: int('l', 'dump: at most so many messages'),
};

export default command({
  summary: 'Looks at a store directory without a broker: store check | dump | stat <directory>',
  app: 'store check|dump|stat <directory>',
  options: { ...OPTIONS, ...COMMIT_LOG },
  offline: true,
  words: true,
  async run(ctx, flags, words) {
    const [verb, directory] = words;
    if (verb !== undefined && !isVerb(verb)) throw usage(`there is no 'store ${verb}'`, USAGE);
    if (directory === undefined || words.length > 2) throw usage(USAGE);
    checkFlags(verb as Verb, flags);
    const root = resolve(ctx.io.cwd, directory);
    const commitLogs = directories(ctx, flags.commitLog);
    try {
      if (verb === 'check') return await check(ctx, root, commitLogs);
      if (verb === 'stat') return stat(ctx, root, commitLogs);
      return dump(ctx, root, flags, commitLogs);
    } catch (error) {
      throw unreadable(root, error);
    }
  },
});

const directories = (ctx: Context, text = ''): string[] =>
  text
    .split(',')
    .filter((path) => path !== '')
    .map((path) => resolve(ctx.io.cwd, path));

const VERBS = ['check', 'dump', 'stat'] as const;

type Verb = (typeof VERBS)[number];

const isVerb = (word: string): word is Verb => VERBS.some((verb) => verb === word);

/** These options are those of dump, and choose what is there at all. */
function checkFlags(verb: Verb, flags: DumpFilter): void {
  for (const name of Object.keys(OPTIONS) as (keyof DumpFilter)[]) {
    const value = flags[name];
    if (value === undefined) continue;
    if (verb !== 'dump') throw usage(`--${name} is an option of 'store dump' only`);
    const least = name === 'limit' ? 1 : 0;
    if (typeof value === 'number' && value < least) {
      throw usage(`--${name} is ${value}; it must be ${least} or more`);
    }
  }
  const { from, to } = flags;
  if (from !== undefined && to !== undefined && from > to) {
    throw usage(`--from is ${from}, which is behind --to, ${to}`);
  }
}

/** What the disk or the system refuses, as a line that names the store. */
function unreadable(root: string, error: unknown): unknown {
  if (error instanceof MqError || !(error instanceof Error) || !('syscall' in error)) return error;
  return new MqError('STORE_UNREADABLE', { path: root, reason: error.message }, { cause: error });
}

async function check(ctx: Context, root: string, commitLogs: string[]): Promise<unknown> {
  const { files, clock } = ctx.io;
  const timer = new TimerCheck(root, files, clock.now());
  const run = new StoreCheck(root, files, commitLogs, [timer]);
  const report = await ctx.progress(`reading ${root}`, async () => {
    // lets the spinner turn between two pieces
    while (run.step()) await new Promise((done) => setImmediate(done));
    return run.report();
  });
  ctx.emit(reportText(report));
  const errors = report.problems.filter(({ level }) => level === 'error');
  if (errors.length > 0) ctx.fail(damaged(root, errors));
  return report;
}

/** What is derived can be made again, if that is all that is wrong. */
function damaged(root: string, errors: readonly Problem[]): MqError {
  const derived = errors.every(({ where }) => /^(batch)?consumequeue/.test(where));
  const [checkpoint, abort] = [join(root, 'checkpoint'), join(root, 'abort')];
  const hint =
    `stop the broker, remove ${checkpoint} and make an empty ${abort}: ` +
    'the next start then makes consume queues and index again from the log';
  return new MqError('STORE_DAMAGED', { errors: errors.length }, derived ? { hint } : {});
}

function stat(ctx: Context, root: string, commitLogs: string[]): unknown {
  const found = storeStat(root, ctx.io.files, commitLogs);
  ctx.emit(statText(found));
  return found;
}

function dump(ctx: Context, root: string, filter: DumpFilter, commitLogs: string[]): unknown {
  const found = dumpMessages(root, ctx.io.files, filter, commitLogs);
  if (ctx.output === 'text') {
    for (const message of found) ctx.emit(dumpLine(message));
    return [];
  }
  if (ctx.output !== 'json') return Array.from(found, dumpJson);
  // one document, but never as a whole in memory
  ctx.streamed = true;
  let before = '[';
  for (const message of found) {
    ctx.io.out(`${before}\n${JSON.stringify(dumpJson(message))}`);
    before = ',';
  }
  ctx.io.out(before === '[' ? '[]\n' : '\n]\n');
  return [];
}
