// The interactive shell: commands one after the other on connections that stay open.

import { Connections } from '../../client/connections.js';
import { usage } from '../flags/argv.js';
import type { Commands } from '../catalog/command-set.js';
import { Completer } from '../completion/complete.js';
import { ShellSources } from '../completion/sources.js';
import { isOpen, splitLine } from '../completion/split.js';
import { report } from '../command/failure.js';
import type { Io } from '../process/io.js';
import { main } from '../main.js';
import { MQADMIN, MQADMIN_OWN } from '../catalog/names.js';
import { History } from './history.js';
import { INTERRUPTED, lineReader, type LineReader } from './line-reader.js';
import { ABORTED, runAbortable } from './run-abortable.js';
import type { Target } from './target.js';

export interface ShellOptions {
  /** Goes on after a command of a script that failed. */
  keepGoing: boolean;
  target: Target;
}

const HELP = `Commands of mqadmin, without the word mqadmin, and of the shell:
   use                  shows which name servers are asked
   use <host:port;...>  asks these from now on
   use <profile>        asks those of a profile, as its account
   help [command]       this list, or the options of a command
   commands             the commands of mqadmin
   exit                 ends the shell, as Ctrl-D does
Ctrl-C ends the command that runs, not the shell. Tab completes.
`;

export class Shell {
  private readonly connections = new Connections();
  private readonly history: History;
  private readonly target: Target;
  private line = 0;
  private last = 0;
  private ended = false;

  constructor(
    private readonly io: Io,
    private readonly commands: Commands,
    private readonly options: ShellOptions,
  ) {
    this.target = options.target;
    this.history = new History(io);
  }

  /** Until the input ends, `exit`, or a failure in a script; the exit code. */
  async run(): Promise<number> {
    const { io } = this;
    if (io.inIsTerminal) io.err("mqadmin's shell: help lists what there is, Ctrl-D ends it\n");
    const lines = await lineReader(io);
    let worst = 0;
    try {
      while (!this.ended) {
        const line = await this.read(lines);
        if (line === undefined) break;
        this.last = await this.execute(line);
        if (io.inIsTerminal || this.last === 0) continue;
        worst = worst || this.last;
        io.err(`line ${this.line}: exit code ${this.last}: ${line.trim()}\n`);
        if (!this.options.keepGoing) break;
      }
    } finally {
      lines.close();
      this.connections.close();
    }
    if (io.inIsTerminal && !this.ended) io.err('\n');
    return io.inIsTerminal ? this.last : worst;
  }

  /** A whole command: one with an open quote, or a backslash at its end, goes on. */
  private async read(lines: LineReader): Promise<string | undefined> {
    let text = '';
    for (;;) {
      const prompt = text === '' ? this.prompt : '> ';
      const complete = (line: string): Promise<[string[], string]> => this.complete(line);
      const history = this.history.newestFirst;
      const typed = await lines.next({ prompt, history, complete });
      if (typed === INTERRUPTED) {
        this.io.err('\n');
        text = '';
        continue;
      }
      if (typed === undefined) return text === '' ? undefined : text;
      this.line++;
      text += typed;
      const goesOn = endsInBackslash(text);
      if (goesOn) text = text.slice(0, -1);
      else if (isOpen(text)) text += '\n';
      if (goesOn || isOpen(text)) continue;
      if (this.io.inIsTerminal) this.history.add(text);
      return text;
    }
  }

  private get prompt(): string {
    const code = this.last === 0 ? '' : ` [${this.last}]`;
    return `mqadmin ${this.target.label}${code}> `;
  }

  private async execute(line: string): Promise<number> {
    const { words, typed } = splitLine(line);
    const all = typed === '' ? words : [...words, typed];
    if (all[0]?.toLowerCase() === 'mqadmin') all.shift();
    const [word, ...rest] = all;
    if (word === undefined || word.startsWith('#')) return 0;
    try {
      return await this.builtIn(word.toLowerCase(), rest, all);
    } catch (error) {
      return report(error, this.io);
    }
  }

  private async builtIn(word: string, rest: string[], all: string[]): Promise<number> {
    if (word === 'exit' || word === 'quit') {
      this.ended = true;
      return 0;
    }
    if (word === 'shell') throw usage('this is the shell already');
    if (word === 'use') {
      if (rest.length > 1) throw usage(`'${rest[1]}' is one word too many`, 'separate them by ;');
      if (rest[0] !== undefined) await this.use(rest[0]);
      this.io.out(`${this.target.describe()}\n`);
      return 0;
    }
    if (word === 'help' && rest.length === 0) this.io.out(HELP);
    else if (word === 'commands') this.io.out(await this.listing());
    else return this.command(all);
    return 0;
  }

  private async use(name: string): Promise<void> {
    await this.target.use(name);
    this.connections.close();
  }

  private async command(words: string[]): Promise<number> {
    const argv = ['mqadmin', ...words];
    const base: Io = { ...this.io, env: this.target.env, connections: this.connections };
    const code = await runAbortable(base, async (io) =>
      main(argv, await this.commands.within(io), io),
    );
    // Whatever does not answer any more is connected to anew.
    if (code === UNREACHABLE || code === ABORTED) this.connections.close();
    return code;
  }

  private async listing(): Promise<string> {
    const summaries = await this.commands.summaries();
    const names = [...MQADMIN, ...MQADMIN_OWN].filter((name) => name !== 'shell');
    const lines = names.map(
      (name) => `   ${name.padEnd(35)} ${summaries.get(`mqadmin:${name}`) ?? ''}\n`,
    );
    return lines.join('');
  }

  /** In the form of node:readline: what could stand at the end, and what of it is typed. */
  private async complete(line: string): Promise<[string[], string]> {
    const { words, typed } = splitLine(line);
    const before = words[0]?.toLowerCase() === 'mqadmin' ? words : ['mqadmin', ...words];
    const io: Io = { ...this.io, env: this.target.env, connections: this.connections };
    const sources = new ShellSources(io);
    try {
      const found = await new Completer(this.commands, sources).complete(before, typed);
      const values = found.candidates.map(({ value }) => value);
      if (before.length === 1) values.push(...BUILT_IN.filter((name) => name.startsWith(typed)));
      const profiles = words[0] === 'use' && words.length === 1 ? await sources.profiles() : [];
      values.push(...profiles.filter((name) => name.startsWith(typed)));
      const space = found.open || values.length !== 1 ? '' : ' ';
      return [values.map((value) => value + space), typed];
    } catch {
      return [[], typed];
    }
  }
}

const endsInBackslash = (text: string): boolean => /(^|[^\\])(\\\\)*\\$/.test(text);

const BUILT_IN = ['use', 'commands', 'exit'];
const UNREACHABLE = 3;
