// mqadmin profile: named clusters, each with the account and the TLS settings to reach it.

import { parseNamesrvAddrs } from '../../client/session.js';
import { ACCESS, accountOf, tlsChoiceOf } from '../../cli/access/access.js';
import { usage } from '../../cli/flags/argv.js';
import { checkAddress, type Context } from '../../cli/command/context.js';
import { command } from '../../cli/command/define.js';
import { NAMESRV, toggle, type Values } from '../../cli/flags/options.js';
import {
  isProfileName,
  loadProfiles,
  type NamedProfile,
  profileNamed,
  type Profiles,
  saveProfiles,
} from '../../cli/access/profiles.js';

const VERBS =
  'profile add <name> -n <addresses> | list | show [name] | use <name>|- | remove <name>';

const OPTIONS = {
  namesrvAddr: NAMESRV,
  ...ACCESS,
  replace: toggle(undefined, 'add: in place of the profile that has this name'),
};

type Flags = Values<typeof OPTIONS>;

/** What may be seen of a profile: never a secret. */
const VIEW = {
  name: 'text',
  current: 'bool',
  namesrvAddr: 'text',
  accessKey: 'text',
  secretKey: 'text',
  tls: 'bool',
  tlsCaFile: 'text',
  tlsCertFile: 'text',
} as const;

export default command({
  summary: 'Keeps named clusters: where they are and who asks.',
  app: VERBS,
  effect: 'changes',
  offline: true,
  shape: { '|': [[VIEW], VIEW, { done: 'text' }] },
  options: OPTIONS,
  words: true,
  withoutProfile: true,
  async run(ctx, flags, [typed, name, ...more]): Promise<Done> {
    const verb = typed?.toLowerCase() ?? 'list';
    if (more.length > 0) throw usage(`'${more[0]}' is one word too many`, VERBS);
    const profiles = await loadProfiles(ctx.io);
    if (verb === 'list') return { views: [...profiles.byName.keys()].map(viewsOf(profiles)) };
    if (verb === 'show') return { views: [viewsOf(profiles)(shown(profiles, name))], one: true };
    if (name === undefined) throw usage(`which profile? ${VERBS}`);
    const act = CHANGES[verb];
    if (!act) throw usage(`there is no 'profile ${typed}'`, VERBS);
    const said = act(profiles, name, flags);
    saveProfiles(ctx.io, profiles);
    remark(ctx, verb, name);
    return { said, views: verb === 'add' ? [viewsOf(profiles)(name)] : [] };
  },
  text: ({ said, views, one }) => said ?? (one ? pairs(views[0]!) : listing(views)),
  json: ({ views, one, said }) =>
    said !== undefined ? { done: said.trim() } : one ? views[0] : views,
  table: ({ views }) => ({ head: Object.keys(COLUMNS), rows: views.map(cells) }),
});

interface Done {
  said?: string;
  views: View[];
  /** Whether one was asked for, not the list. */
  one?: boolean;
}

interface View {
  name: string;
  current: boolean;
  namesrvAddr: string;
  accessKey: string;
  secretKey: string;
  tls: boolean;
  tlsCaFile: string;
  tlsCertFile: string;
}

type Change = (profiles: Profiles, name: string, flags: Flags) => string;

const CHANGES: Record<string, Change> = {
  add(profiles, name, flags) {
    if (!isProfileName(name)) {
      throw usage(`'${name}' cannot be a profile's name`, 'letters, digits, - and _, at most 64');
    }
    if (profiles.byName.has(name) && !flags.replace) {
      throw usage(`there is a profile ${name} already`, 'add --replace to put this in its place');
    }
    profiles.byName.set(name, profileOf(flags));
    return `profile ${name} is kept in ${profiles.file}\n`;
  },
  use(profiles, name) {
    if (name === '-') profiles.current = undefined;
    else {
      profileNamed(profiles, name);
      profiles.current = name;
    }
    return name === '-' ? 'no profile is in use\n' : `profile ${name} is in use\n`;
  },
  remove(profiles, name) {
    profileNamed(profiles, name);
    profiles.byName.delete(name);
    if (profiles.current === name) profiles.current = undefined;
    return `profile ${name} is removed\n`;
  },
};

function profileOf(flags: Flags): NamedProfile {
  const { namesrvAddr = '' } = flags;
  const addresses = parseNamesrvAddrs(namesrvAddr);
  if (addresses.length === 0)
    throw usage('Missing required option: n', `-n is: ${NAMESRV.describe}`);
  for (const address of addresses) checkAddress(address);
  const [account, tls] = [accountOf(flags), tlsChoiceOf(flags)];
  return {
    namesrvAddr: addresses.join(';'),
    ...(account === undefined ? {} : { account }),
    ...(tls === undefined ? {} : { tls }),
  };
}

function remark(ctx: Context, verb: string, name: string): void {
  if (verb === 'add') {
    ctx.note(`hint: use it with --profile ${name}, or always: mqadmin profile use ${name}`);
  }
  if (verb === 'use' && ctx.io.env.NAMESRV_ADDR?.trim()) {
    ctx.note('warning: NAMESRV_ADDR is set and stronger; only --profile is stronger than it');
  }
}

function shown(profiles: Profiles, name: string | undefined): string {
  const wanted = name ?? profiles.current;
  if (wanted === undefined) throw usage('no profile is in use', VERBS);
  profileNamed(profiles, wanted);
  return wanted;
}

const viewsOf =
  ({ byName, current }: Profiles) =>
  (name: string): View => {
    const { namesrvAddr = '', account, tls } = byName.get(name)!;
    return {
      name,
      current: name === current,
      namesrvAddr,
      accessKey: account?.accessKey ?? '',
      secretKey: account ? '***' : '',
      tls: tls !== undefined,
      tlsCaFile: tls?.caFile ?? '',
      tlsCertFile: tls?.certFile ?? '',
    };
  };

const COLUMNS: Record<string, (view: View) => string> = {
  Name: ({ name, current }) => (current ? `${name} *` : name),
  'Name servers': ({ namesrvAddr }) => namesrvAddr,
  Account: ({ accessKey }) => accessKey,
  TLS: ({ tls }) => (tls ? 'yes' : ''),
};

const cells = (view: View): string[] => Object.values(COLUMNS).map((cell) => cell(view));

function listing(views: View[]): string {
  const rows = [Object.keys(COLUMNS).map((title) => `#${title}`), ...views.map(cells)];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, i) => cell.padEnd(widths[i]!))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const pairs = (view: View): string =>
  Object.entries(view)
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key.padEnd(12)} ${String(value)}\n`)
    .join('');
