// Runs a command line in this process, from the sources, and keeps what it prints.

import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { PassThrough, Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.js';
import { realFiles } from '../../src/base/files.js';
import { bindIo, type Io } from '../../src/cli/process/io.js';
import type { Commands } from '../../src/cli/catalog/command-set.js';
import type { CommandClass } from '../../src/cli/command/define.js';
import { main } from '../../src/cli/main.js';

const folder = fileURLToPath(new URL('../../src/commands', import.meta.url));

export const commandIds = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3).replaceAll('\\', '/').replaceAll('/', ':'))
  .sort();

export async function loadCommand(id: string): Promise<CommandClass> {
  const file = `../../src/commands/${id.replaceAll(':', '/')}.ts`;
  const module = (await import(file)) as { default: CommandClass };
  module.default.id = id;
  return module.default;
}

/** The commands of src/commands, without oclif's manifest. */
export function sourceCommands(io: Io): Commands {
  const config = { bin: 'pocketmq' };
  bindIo(config, io);
  return {
    version: '0.0.0',
    summaries: async () => {
      const found = commandIds.map(
        async (id) => [id, (await loadCommand(id)).summary ?? ''] as const,
      );
      return new Map(await Promise.all(found));
    },
    usageText: async (id) => (await loadCommand(id)).usageText(id),
    describe: (id) => loadCommand(id),
    within: async (other) => sourceCommands(other),
    run: async (id, argv) => {
      const Declared = await loadCommand(id);
      return (await new Declared(argv, config as never).run()) as number;
    },
  };
}

export interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

/** An Io that prints into the returned texts; nothing of the user's own is read. */
export function captured(overrides: Partial<Io> = {}): { io: Io; run: Run } {
  const run: Run = { code: -1, stdout: '', stderr: '' };
  const io: Io = {
    out: (text) => void (run.stdout += text),
    err: (text) => void (run.stderr += text),
    streams: () => ({ input: Readable.from([]), output: new PassThrough() }),
    outIsTerminal: false,
    errIsTerminal: false,
    inIsTerminal: false,
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    env: { POCKETMQ_HOME: '/nonexistent/pocketmq' },
    homeDir: tmpdir(),
    cwd: process.cwd(),
    root: fileURLToPath(new URL('../..', import.meta.url)),
    pid: process.pid,
    platform: process.platform,
    clock: systemClock,
    files: realFiles,
    onSignal: () => () => undefined,
    onCrash: () => () => undefined,
    kill: () => false,
    ...overrides,
  };
  return { io, run };
}

/** `runCommand('mqadmin', 'topicList', '-n', …)`: exit code, stdout and stderr. */
export async function runCommand(argv: string[], overrides: Partial<Io> = {}): Promise<Run> {
  const { io, run } = captured(overrides);
  run.code = await main(argv, sourceCommands(io), io);
  return run;
}
