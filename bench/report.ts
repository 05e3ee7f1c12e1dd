// The benchmark's figures as tables or as JSON, with the ratios that the project has goals for.

import type { Figures, LoadFigures } from './measure.js';
import { type LatenessFigures, latenessTable } from './lateness.js';
import { type RecoveryFigures, recoveryTable } from './recovery.js';
import { type ReplicationFigures, replicationTable } from './replication.js';
import { type StoreFigures, storeTable } from './store-table.js';
import { type Cell, table } from './table.js';

export interface Commands {
  bareNodeMs: number;
  /** mqadmin topicList by system. */
  topicListMs: Map<string, number>;
}

export interface Results {
  machine: string;
  systems: readonly Figures[];
  commands: Commands;
  /** Of the store alone; empty when it was left out. */
  store: readonly StoreFigures[];
  /** Of timed messages; empty when they were left out. */
  lateness: readonly LatenessFigures[];
  /** Of masters and their slaves. */
  replication: readonly ReplicationFigures[];
  /** Of starts after kill -9 with so much log; empty when it was left out. */
  recoveries: { mb: number; figures: readonly RecoveryFigures[] };
}

export function report(results: Results): string {
  const { machine, systems, commands, store, lateness, replication, recoveries } = results;
  return [
    machine,
    ...(systems[0]!.loads.size > 0 ? [loadTable(systems)] : []),
    serverTable(systems),
    commandTable(commands),
    ...(store.length > 0 ? [storeTable(store)] : []),
    ...(lateness.length > 0 ? [latenessTable(lateness)] : []),
    ...(replication.length > 0 ? [replicationTable(replication)] : []),
    ...(recoveries.figures.length > 0 ? [recoveryTable(recoveries.mb, recoveries.figures)] : []),
    ...(systems.length > 1 ? [ratioTable(systems)] : []),
  ].join('\n\n');
}

export function reportJson(results: Results): string {
  const plain = (_: string, value: unknown): unknown =>
    value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
  return JSON.stringify({ ...results, ratios: ratios(results.systems) }, plain, 2);
}

function loadTable(all: readonly Figures[]): string {
  const head = [
    'load',
    'system',
    'msg/s',
    'CPU us/msg',
    'p50 ms',
    'p99 ms',
    'MB',
    'refused',
    'generator',
  ];
  const rows: Cell[][] = [];
  for (const name of all[0]!.loads.keys()) {
    all.forEach((figures, i) => {
      const load = figures.loads.get(name)!;
      rows.push([
        i === 0 ? name : '',
        figures.system,
        load.perSecond,
        load.cpuUs,
        load.p50,
        load.p99,
        load.memoryMb,
        String(load.refused),
        `${Math.round(load.generator * 100)} %`,
      ]);
    });
  }
  return table(head, rows);
}

function serverTable(all: readonly Figures[]): string {
  const sum = (one: Figures): number => one.namesrvReadyMs + one.brokerReadyMs;
  const idle = (one: Figures): number => one.idleNamesrvMb + one.idleBrokerMb;
  return table(
    [
      'servers',
      'name server ready ms',
      'broker ready ms',
      'both ms',
      'idle MB',
      '(name server, broker)',
    ],
    all.map((one) => [
      one.system,
      one.namesrvReadyMs,
      one.brokerReadyMs,
      sum(one),
      idle(one),
      `${Math.round(one.idleNamesrvMb)} + ${Math.round(one.idleBrokerMb)}`,
    ]),
  );
}

function commandTable({ bareNodeMs, topicListMs }: Commands): string {
  const rows: Cell[][] = [['node -e 0', bareNodeMs, 1]];
  for (const [system, ms] of topicListMs) {
    rows.push([`${system} mqadmin topicList`, ms, ms / bareNodeMs]);
  }
  return table(['command', 'ms', 'times node -e 0'], rows);
}

interface Ratio {
  load: string;
  rate: number;
  cpu: number;
}

/** Ours by RocketMQ's. */
function ratios(all: readonly Figures[]): Ratio[] {
  const [ours, java] = all;
  if (!ours || !java) return [];
  const by = (name: string, pick: (load: LoadFigures) => number): number =>
    pick(ours.loads.get(name)!) / pick(java.loads.get(name)!);
  return [...ours.loads.keys()].map((load) => ({
    load,
    rate: by(load, (one) => one.perSecond),
    cpu: by(load, (one) => one.cpuUs),
  }));
}

function ratioTable(all: readonly Figures[]): string {
  const rows = ratios(all).map(({ load, rate, cpu }) => [load, rate, cpu]);
  return table(['PocketMQ / RocketMQ', 'rate', 'CPU a message'], rows);
}
