// Where names come from while somebody waits for a completion: the name server, asked for half a
// second at most, and what it said a moment ago. Whatever goes wrong, there is just no proposal.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type ClusterNames, clusterNames } from '../../client/admin/names.js';
import { type Access, accessOf } from '../access/access.js';
import { Context } from '../command/context.js';
import type { Io } from '../process/io.js';
import type { NameKind } from './values.js';
import { pocketHome } from '../access/profile.js';
import { loadProfile, loadProfiles } from '../access/profiles.js';
import type { Sources } from './complete.js';

const PATIENCE_MS = 500;
const FRESH_MS = 10_000;
const OWNER_ONLY = 0o600;

type Given = ReadonlyMap<string, string | true>;

export class ShellSources implements Sources {
  constructor(private readonly io: Io) {}

  async names(kind: NameKind, given: Given): Promise<string[]> {
    const access = await this.access(given).catch(() => undefined);
    if (!access?.namesrvAddr) return [];
    if (kind === 'namesrv') return [access.namesrvAddr];
    return (await this.cluster(access))?.[kind] ?? [];
  }

  async profiles(): Promise<string[]> {
    const profiles = await loadProfiles(this.io).catch(() => undefined);
    return [...(profiles?.byName.keys() ?? [])];
  }

  async configKeys(id: string): Promise<string[]> {
    const { BROKER_TABLES, NAMESRV_TABLES } = await import('../../config/tables.js');
    const tables = /namesrv/i.test(id) ? NAMESRV_TABLES : BROKER_TABLES;
    return [...new Set(Object.values(tables).flatMap((table) => Object.keys(table)))].sort();
  }

  async examples(): Promise<string[]> {
    return (await import('../../client/examples/table.js')).exampleNames();
  }

  private async access(given: Given): Promise<Access> {
    const texts = [...given].filter(([, value]) => typeof value === 'string');
    const flags = Object.fromEntries(texts) as Record<string, string>;
    const profile = await loadProfile(this.io, flags.profile);
    return accessOf(this.io, profile, { ...flags, tls: given.has('tls') });
  }

  private async cluster(access: Access): Promise<ClusterNames | undefined> {
    const file = this.cacheFile(access);
    const kept = this.read(file);
    if (kept) return kept;
    const found = await this.ask(access).catch(() => undefined);
    if (found) this.keep(file, found);
    return found;
  }

  private async ask(access: Access): Promise<ClusterNames | undefined> {
    const times = { timeoutMs: PATIENCE_MS, maxTimeoutMs: PATIENCE_MS };
    const own = { app: 'completion', output: 'text', dryRun: undefined, ...times } as const;
    const ctx = await Context.create(this.io, { access, ...own });
    try {
      return await this.before(PATIENCE_MS, (late) => clusterNames(ctx.session, late));
    } finally {
      ctx.close();
    }
  }

  /** What `work` has when the time is over counts as well: `late` says when it is. */
  private before<T>(ms: number, work: (late: Promise<void>) => Promise<T>): Promise<T | undefined> {
    let end = (): void => undefined;
    const late = new Promise<void>((resolve) => (end = resolve));
    const timer = this.io.clock.after(ms, end);
    const over = late.then(() => new Promise<undefined>((r) => void setImmediate(r, undefined)));
    return Promise.race([work(late), over]).finally(() => timer.stop());
  }

  private cacheFile({ namesrvAddr, account }: Access): string {
    const of = `${namesrvAddr} ${account?.accessKey ?? ''}`;
    const hash = createHash('sha1').update(of).digest('hex').slice(0, 16);
    return join(pocketHome(this.io), 'cache', `names-${hash}.json`);
  }

  private read(file: string): ClusterNames | undefined {
    try {
      const found = this.io.files.stat(file);
      const age = this.io.clock.now() - (found?.mtimeMs ?? 0);
      if (!found || age > FRESH_MS) return undefined;
      return JSON.parse(this.io.files.readText(file)!) as ClusterNames;
    } catch {
      return undefined;
    }
  }

  private keep(file: string, names: ClusterNames): void {
    try {
      this.io.files.writeTextAtomic(file, JSON.stringify(names), { mode: OWNER_ONLY });
    } catch {
      // a home that cannot be written to
    }
  }
}
