// mqadmin completion: the scripts that complete command lines, and the answers that they ask for.

import { join } from 'node:path';
import { usage } from '../../cli/flags/argv.js';
import { commandsOf } from '../../cli/catalog/command-set.js';
import { Completer, type Completion } from '../../cli/completion/complete.js';
import { completionScript, SHELLS } from '../../cli/completion/scripts.js';
import { ShellSources } from '../../cli/completion/sources.js';
import { splitLine } from '../../cli/completion/split.js';
import { command } from '../../cli/command/define.js';
import type { Io } from '../../cli/process/io.js';

const USAGE = `completion ${SHELLS.join(' | ')}`;

export default command({
  summary: 'Prints the script that lets bash, zsh or fish complete commands, options and names.',
  app: USAGE,
  options: {},
  offline: true,
  rawWords: true,
  withoutProfile: true,
  async run({ io }, _flags, [verb, ...words]) {
    const asked = verb?.toLowerCase();
    if (asked === 'line') return answerLine(io, words[0] ?? '', words[1] ?? '');
    if (asked === 'words') return answerWords(io, words);
    const shell = SHELLS.find((name) => name === asked);
    if (!shell || words.length > 0) throw usage(`Usage: mqadmin ${USAGE}`);
    return completionScript(shell, join(io.root, 'bin', 'run.js'));
  },
  text: (script) => script,
});

/** For a shell that ends words at characters such as : and completes only what is behind. */
async function answerLine(io: Io, breaks: string, line: string): Promise<string> {
  const { words, typed } = splitLine(line);
  const found = await complete(io, words, typed);
  const kept = typed.replace(/[^:=]*$/, '');
  const skip = breaks.includes(kept.at(-1) ?? ' ') ? kept.length : 0;
  return answer(found, skip);
}

async function answerWords(io: Io, words: readonly string[]): Promise<string> {
  return answer(await complete(io, words.slice(0, -1), words.at(-1) ?? ''), 0);
}

function complete(io: Io, words: readonly string[], typed: string): Promise<Completion> {
  return new Completer(commandsOf(io), new ShellSources(io)).complete(words, typed);
}

function answer({ candidates, files, open }: Completion, skip: number): string {
  const lines = candidates.map(({ value, about }) => {
    const rest = value.slice(skip);
    return about === undefined ? rest : `${rest}\t${about}`;
  });
  return [...lines, ...(files ? [':files'] : []), ...(open ? [':open'] : [])]
    .map((line) => `${line}\n`)
    .join('');
}
