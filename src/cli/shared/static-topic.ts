// What the two commands of static topics share: the files before and after, and the change itself.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  applyPlan,
  mappingDocument,
  mappingTableOf,
  presentPlan,
} from '../../client/admin/static-topics.js';
import type { StaticPlan } from '../../client/admin/static-plan.js';
import type { Context } from '../command/context.js';
import { jsonFile } from '../flags/json-file.js';

type Document = Parameters<typeof mappingTableOf>[0];

/** Carries a plan out, written down before and after; the paths of both files. */
export async function changeStatic(
  ctx: Context,
  plan: StaticPlan,
  force: boolean,
): Promise<{ before: string; after: string }> {
  const present = await presentPlan(ctx.session, plan.topic);
  const before = writeDown(ctx, present, 'before');
  const after = writeDown(ctx, plan, 'after');
  await applyPlan(ctx.session, plan, { force });
  return { before, after };
}

/** -mf: carries out what such a file says. */
export async function changeFromFile(
  ctx: Context,
  { topic, file, type }: { topic: string; file: string; type: StaticPlan['type'] },
  force: boolean,
): Promise<void> {
  const document = jsonFile(ctx.io, file) as Document;
  const names = (value: unknown): Set<string> =>
    new Set(Array.isArray(value) ? value.map(String) : []);
  const plan: StaticPlan = {
    topic,
    type,
    epoch: Number(document.epoch),
    brokers: mappingTableOf(document),
    brokersToMapIn: names(document.brokerToMapIn),
    brokersToMapOut: names(document.brokerToMapOut),
  };
  await applyPlan(ctx.session, plan, { force });
}

function writeDown({ io }: Context, plan: StaticPlan, when: 'before' | 'after'): string {
  const path = join(tmpdir(), `${plan.topic}-${plan.epoch}.${when}`);
  io.files.writeTextAtomic(path, JSON.stringify(mappingDocument(plan)));
  return path;
}
