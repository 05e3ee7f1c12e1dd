// The text of mqadmin without what differs from run to run, or from one cluster to the other.

import type { Cluster } from '../support/cluster.js';

export interface Looseness {
  /** Rows come from hash maps: their order says nothing. */
  unordered?: boolean;
  /** Numbers are measurements: only that there is one. */
  numbers?: boolean;
  /** Lines of settings, of which some are a server's own. */
  settings?: boolean;
}

/** Placeholders have the length of what they replace, so that columns still count. */
const same = (sign: string) => (text: string) => sign.repeat(text.length);

/** Settings of the machine, of the server's folders and ports; the last of a timer in RocksDB. */
const OWN = [
  ...['bindAddress', 'namesrvAddr', 'rocketmqHome', '\\w*[lL]istenPort', '\\w*[pP]ath\\w*'],
  ...['mappedFileSizeCommitLog', 'timerRocksDBStopScan'],
];
const OWN_SETTINGS = new RegExp(`^(${OWN.join('|')}) .*\\n`, 'gm');

export function plainText(text: string, cluster: Cluster, looseness: Looseness = {}): string {
  let plain = text
    .replaceAll(cluster.broker, '(broker)')
    .replaceAll(cluster.namesrv, '(namesrv)')
    .replace(/\r\n/g, '\n')
    // Such a row comes when the consumer's first pull of its retry topic has ended, 20 s later.
    .replace(/^%RETRY%AdminGroup .*\n/gm, '')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(,\d{3})?/g, same('T'))
    .replace(/\b[0-9A-F]{32}([0-9A-F]{24})?\b/g, same('I'))
    // Short where the host has an IPv4 address, long where it has an IPv6 one.
    .replace(/\b(IIII)+\b/g, '(id)')
    .replace(/\b([cp]_admin)\d\b/g, '$1')
    .replace(/\b(TPS: )[\d.]+/g, '$1(any)')
    .replace(/(commitLogDiskRatio_)\S+/g, '$1(path)')
    .replace(/127\.0\.0\.1:\d+/g, '(address)')
    .replace(/\b(bornTimestamp|storeTimestamp|commitLogOffset|queueOffset)=\d+/g, '$1=(any)')
    .replace(/(CommitLog Offset: +)\d+/g, '$1(any)')
    .replace(/(Message Body Path: +)\S+/g, '$1(path)')
    .replace(/(\$\$Lambda)\S+/g, '$1')
    .replace(/@[0-9a-f]{6,8}$/gm, '')
    // Of the tools themselves, for as long as brokers remember them.
    .replace(/^producer group \((?!PG_admin\b).*\n/gm, '')
    // RocketMQ prints the usage of what succeeded for a whole cluster.
    .replace(/(success, please check the result later\.\n)usage: [^]*$/, '$1')
    .replace(/("epoch":)\d{13}/g, '$1(epoch)')
    .replace(/\bAdminStatic[JO]\b(-\d+)?/g, 'AdminStatic')
    .replace(/\b\d{13}\/(\S+[cp]_admin)/g, '(now)/$1')
    .replace(/(lastUpdateTimestamp=)\d+/g, '$1(any)');
  if (looseness.numbers) {
    // Averages of 10, 60 and 600 seconds appear one after the other.
    plain = plain.replace(/-?\d+(\.\d+)?%?/g, '(n)').replace(/( \(n\))+ ?/g, ' (n)');
    plain = plain.replace(/(putMessageDistributeTime +: ).*/g, '$1(any)').replace(/ +/g, ' ');
    plain = plain.replace(/ +$/gm, '');
  }
  if (looseness.settings) plain = plain.replace(OWN_SETTINGS, '');
  if (looseness.unordered) plain = plain.split('\n').sort().join('\n');
  return plain;
}
