// From the words of a command line to an exit code: finds the command, runs it, explains failures.

import { MqError } from '../base/errors.js';
import { nearest } from '../config/nearest.js';
import { usage } from './flags/argv.js';
import { type Commands, offerCommands } from './catalog/command-set.js';
import { report } from './command/failure.js';
import type { Io } from './process/io.js';
import { findMqadmin, MQADMIN, MQADMIN_OWN, PROGRAMS } from './catalog/names.js';
import { corrected, typographicSlip } from './flags/typography.js';

/** Runs one command line; what goes wrong is printed. The exit code. */
export async function main(argv: string[], commands: Commands, io: Io): Promise<number> {
  offerCommands(io, commands);
  try {
    return await dispatch(argv, commands, io);
  } catch (error) {
    return report(withCorrection(error, argv), io);
  }
}

async function dispatch(argv: string[], commands: Commands, io: Io): Promise<number> {
  const [word, ...rest] = argv;
  if (word === undefined || /^(help|-h|--help)$/i.test(word)) return overview(rest, commands, io);
  if (/^(-v|--version|version)$/i.test(word)) {
    io.out(`pocketmq ${commands.version}\n`);
    return 0;
  }
  const program = PROGRAMS.find((name) => name === word.toLowerCase());
  if (program === undefined) throw unknownProgram(word);
  // What RocketMQ's own mqadmin script runs.
  const admin =
    program === 'tools' && rest[0] === 'org.apache.rocketmq.tools.command.MQAdminStartup';
  if (admin) return mqadmin(rest.slice(1), commands, io);
  return program === 'mqadmin' ? mqadmin(rest, commands, io) : commands.run(program, rest);
}

async function mqadmin(argv: string[], commands: Commands, io: Io): Promise<number> {
  const [word, ...rest] = argv;
  if (word === undefined || /^(-h|--help)$/.test(word) || (isHelp(word) && rest.length === 0)) {
    io.out(await commandList(commands));
    if (io.errIsTerminal) io.err(`PocketMQ adds: ${MQADMIN_OWN.join(', ')}\n`);
    return 0;
  }
  if (isHelp(word)) {
    io.out(await commands.usageText(`mqadmin:${known(rest[0]!)}`));
    return 0;
  }
  return commands.run(`mqadmin:${known(word)}`, rest);
}

const isHelp = (word: string): boolean => word.toLowerCase() === 'help';

function known(typed: string): string {
  const name = findMqadmin(typed);
  if (name !== undefined) return name;
  const slip = typographicSlip(typed);
  if (slip !== undefined) throw new MqError('TYPOGRAPHIC_SLIP', { text: slip });
  const near = nearest(typed, [...MQADMIN, ...MQADMIN_OWN]);
  const hint = near === undefined ? "'mqadmin' alone lists the commands" : `did you mean ${near}?`;
  throw usage(`The sub command ${typed} not exist.`, hint);
}

/** The list that `mqadmin` alone prints. */
async function commandList(commands: Commands): Promise<string> {
  const summaries = await commands.summaries();
  const lines = MQADMIN.map(
    (name) => `   ${name.padEnd(35)} ${summaries.get(`mqadmin:${name}`) ?? ''}`,
  );
  return [
    'The most commonly used mqadmin commands are:',
    ...lines,
    '',
    "See 'mqadmin help <command>' for more information on a specific command.",
    '',
  ].join('\n');
}

async function overview(words: string[], commands: Commands, io: Io): Promise<number> {
  const [word, ...rest] = words;
  if (word?.toLowerCase() === 'mqadmin') return mqadmin(['help', ...rest], commands, io);
  const program = PROGRAMS.find((name) => name === word?.toLowerCase());
  if (program !== undefined) {
    io.out(await commands.usageText(program));
    return 0;
  }
  if (word !== undefined && !word.startsWith('-')) throw unknownProgram(word);
  const summaries = await commands.summaries();
  const rows = PROGRAMS.map((name) => {
    const summary = name === 'mqadmin' ? MQADMIN_SUMMARY : summaries.get(name);
    return `   ${name.padEnd(12)} ${summary ?? ''}`;
  });
  io.out(
    [
      "pocketmq: Apache RocketMQ's command line and servers, without a JVM",
      '',
      'usage: pocketmq <command> [options]',
      ...rows,
      '',
      "See 'pocketmq help <command>' for its options.",
      '',
    ].join('\n'),
  );
  return 0;
}

const MQADMIN_SUMMARY = 'Asks and changes a cluster: topics, groups, messages, brokers.';

function unknownProgram(word: string): MqError {
  const slip = typographicSlip(word);
  if (slip !== undefined) return new MqError('TYPOGRAPHIC_SLIP', { text: slip });
  const command = findMqadmin(word);
  if (command !== undefined) {
    return usage(`'${word}' is a command of mqadmin`, `did you mean: mqadmin ${command}?`);
  }
  const near = nearest(word, PROGRAMS);
  const list = `commands: ${PROGRAMS.join(', ')}`;
  return usage(`unknown command '${word}'`, near === undefined ? list : `did you mean ${near}?`);
}

/** A typographic slip is answered with the whole command as it was meant. */
function withCorrection(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof MqError) || error.code !== 'TYPOGRAPHIC_SLIP') return error;
  const hint = `you most likely meant: ${corrected('', argv).trim()}`;
  return new MqError('TYPOGRAPHIC_SLIP', error.details, { hint });
}
