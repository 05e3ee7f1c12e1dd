// Options that every command has beside RocketMQ's, and how help shows them below RocketMQ's text.

import { ACCESS } from '../access/access.js';
import { int, longOf, option, type Options, takesValue, toggle } from '../flags/options.js';
import { OUTPUTS } from '../access/profile.js';

/** What a command does to the cluster (or, where it asks none, to the disk). */
export type Effect = 'reads' | 'changes' | 'destroys';

const WATCH_SECONDS = '2';

export const OWN = whole({
  output: option(undefined, `${OUTPUTS.join(', ')}; text is RocketMQ's own`),
  json: toggle(undefined, 'the same as --output json'),
  'json-schema': toggle(undefined, 'print the JSON schema of what --json prints'),
  watch: {
    ...option(undefined, `repeat every so many seconds (${WATCH_SECONDS}), until Ctrl-C`),
    fallback: WATCH_SECONDS,
  },
  'dry-run': toggle(undefined, 'print which server would get which request, and change nothing'),
  yes: toggle(undefined, 'do not ask on a terminal before something is destroyed'),
  timeout: int(undefined, 'milliseconds that any one request may take'),
  profile: option(undefined, 'named profile that says where and who (mqadmin profile)'),
  ...ACCESS,
});

function whole<O extends Options>(options: O): O {
  const entries = Object.entries(options).map(([name, one]) => [name, { ...one, whole: true }]);
  return Object.fromEntries(entries) as O;
}

const ARGUMENTS: Readonly<Record<string, string>> = {
  output: ' <form>',
  timeout: ' <ms>',
  watch: ' [s]',
};

/** Those that mean something for a command. */
function ownOptions(effect: Effect, offline: boolean): string[] {
  const kinds: Readonly<Record<Effect, string[]>> = {
    reads: offline ? [] : ['watch'],
    changes: ['dry-run'],
    destroys: ['dry-run', 'yes'],
  };
  const reaching = offline ? [] : ['timeout', 'profile', ...Object.keys(ACCESS)];
  return ['output', 'json', 'json-schema', ...kinds[effect], ...reaching];
}

/** Those to propose for a command; all where it does not say what it does. */
export function ownOptionsOf(effect: Effect | undefined): Options {
  if (effect === undefined) return OWN;
  const options: Options = OWN;
  return Object.fromEntries(ownOptions(effect, false).map((name) => [name, options[name]!]));
}

/** The section below RocketMQ's help text. */
export function ownHelp(effect: Effect, { offline }: { offline: boolean }): string {
  const options: Options = OWN;
  const rows = ownOptions(effect, offline).map((name) => {
    const one = options[name]!;
    const argument = ARGUMENTS[name] ?? (takesValue(one) ? ' <arg>' : '');
    return { left: `    --${longOf(name, one)}${argument}`, right: one.describe };
  });
  const width = Math.max(...rows.map(({ left }) => left.length));
  const lines = rows.map(({ left, right }) => `${left.padEnd(width)}   ${right}`);
  return `\nof PocketMQ:\n${lines.join('\n')}\n`;
}
