// Whole tables of brokers, page by page: all topics, all groups; what of them users have made.

import { decodeGroupTable, type GroupTable } from '../../protocol/bodies/group.js';
import { decodeTopicList } from '../../protocol/bodies/route.js';
import { decodeTopicTable, type TopicTable } from '../../protocol/bodies/topic.js';
import { writeJson } from '../../protocol/fastjson.js';
import { DLQ_PREFIX, Perm, RETRY_PREFIX } from '../../protocol/flags.js';
import type { Session } from '../session.js';

/** Rows of one page; a broker may give fewer. */
const PAGE = 2000;
const TIMEOUT_MS = 10_000;

/** All topics of one broker with their settings. */
export async function allTopicConfigs(session: Session, brokerAddr: string): Promise<TopicTable> {
  let table: TopicTable | undefined;
  for (;;) {
    const topicSeq = table?.topicConfigTable.size ?? 0;
    const dataVersion = table ? writeJson(table.dataVersion) : '';
    const header = { topicSeq, dataVersion, maxTopicNum: PAGE };
    const options = { timeoutMs: TIMEOUT_MS };
    const answer = await session.request(brokerAddr, 'GET_ALL_TOPIC_CONFIG', header, options);
    const page = decodeTopicTable(answer.body);
    // A table that changed meanwhile starts again.
    const same = table && writeJson(table.dataVersion) === writeJson(page.dataVersion);
    const known = same ? table!.topicConfigTable : [];
    const topicConfigTable = new Map([...known, ...page.topicConfigTable]);
    table = { topicConfigTable, dataVersion: page.dataVersion };
    const { totalTopicNum = 0 } = answer.header;
    if (topicConfigTable.size >= totalTopicNum || page.topicConfigTable.size === 0) return table;
  }
}

/** All groups of one broker with their settings. */
export async function allGroupConfigs(session: Session, brokerAddr: string): Promise<GroupTable> {
  let table: GroupTable | undefined;
  for (;;) {
    const groupSeq = table?.subscriptionGroupTable.size ?? 0;
    const dataVersion = table ? writeJson(table.dataVersion) : '';
    const header = { groupSeq, dataVersion, maxGroupNum: PAGE };
    const options = { timeoutMs: TIMEOUT_MS };
    const name = 'GET_ALL_SUBSCRIPTIONGROUP_CONFIG';
    const answer = await session.request(brokerAddr, name, header, options);
    const page = decodeGroupTable(answer.body);
    const same = table && writeJson(table.dataVersion) === writeJson(page.dataVersion);
    const known = same ? table!.subscriptionGroupTable : [];
    const subscriptionGroupTable = new Map([...known, ...page.subscriptionGroupTable]);
    const forbiddenTable = new Map([
      ...(same ? table!.forbiddenTable : []),
      ...page.forbiddenTable,
    ]);
    table = { subscriptionGroupTable, forbiddenTable, dataVersion: page.dataVersion };
    const { totalGroupNum } = answer.header;
    const done = subscriptionGroupTable.size >= totalGroupNum;
    if (done || page.subscriptionGroupTable.size === 0) return table;
  }
}

/** Groups that every broker has, or that RocketMQ's tools use. */
const SYSTEM_GROUPS = new Set([
  'DEFAULT_CONSUMER',
  'DEFAULT_PRODUCER',
  'TOOLS_CONSUMER',
  'SCHEDULE_CONSUMER',
  'FILTERSRV_CONSUMER',
  '__MONITOR_CONSUMER',
  'CLIENT_INNER_PRODUCER',
  'SELF_TEST_P_GROUP',
  'SELF_TEST_C_GROUP',
  'CID_ONS-HTTP-PROXY',
  'CID_ONSAPI_PERMISSION',
  'CID_ONSAPI_OWNER',
  'CID_ONSAPI_PULL',
  'CID_SYS_RMQ_TRANS',
]);

/** Whether a group is RocketMQ's own. */
export const isSystemGroup = (group: string): boolean =>
  SYSTEM_GROUPS.has(group) || group.startsWith('CID_RMQ_SYS_');

/** Topics that users made; retry and dead letter topics only with `special`. */
export async function userTopicConfigs(
  session: Session,
  brokerAddr: string,
  { special = false }: { special?: boolean } = {},
): Promise<TopicTable> {
  const table = await allTopicConfigs(session, brokerAddr);
  const answer = await session.request(brokerAddr, 'GET_SYSTEM_TOPIC_LIST_FROM_BROKER', {});
  const system = new Set(decodeTopicList(answer.body).topicList);
  for (const [topic, { perm }] of table.topicConfigTable) {
    const derived = topic.startsWith(RETRY_PREFIX) || topic.startsWith(DLQ_PREFIX);
    const usable = (perm & (Perm.READ | Perm.WRITE)) !== 0;
    if (system.has(topic) || (derived && !special) || !usable) table.topicConfigTable.delete(topic);
  }
  return table;
}

/** Groups that users made. */
export async function userGroupConfigs(session: Session, brokerAddr: string): Promise<GroupTable> {
  const table = await allGroupConfigs(session, brokerAddr);
  for (const group of table.subscriptionGroupTable.keys()) {
    if (isSystemGroup(group)) table.subscriptionGroupTable.delete(group);
  }
  return table;
}
