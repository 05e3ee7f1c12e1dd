// Lite topics (getBrokerLiteInfo … triggerLiteDispatch); bodies are passed on as they come.

import type { JsonObject } from '../../protocol/fastjson.js';
import { decodeBody } from '../../protocol/bodies/json.js';
import type { Req, RequestName } from '../../protocol/requests/index.js';
import type { Session } from '../session.js';
import { readAddressOf } from '../targets.js';

/** getBrokerLiteInfo of one broker. */
export async function brokerLiteInfo(session: Session, brokerAddr: string): Promise<JsonObject> {
  const answer = await session.request(brokerAddr, 'GET_BROKER_LITE_INFO', {});
  return decodeBody(answer.body, 'GetBrokerLiteInfoResponseBody');
}

/** What one broker of a topic answered, or why it did not. */
export interface BrokerAnswer {
  brokerName: string;
  brokerAddr: string;
  info?: JsonObject;
  error?: unknown;
}

type LiteRequest =
  | 'GET_PARENT_TOPIC_INFO'
  | 'GET_LITE_TOPIC_INFO'
  | 'GET_LITE_CLIENT_INFO'
  | 'GET_LITE_GROUP_INFO'
  | 'TRIGGER_LITE_DISPATCH';

/**
 * Asks every broker of the parent topic: getParentTopicInfo, getLiteTopicInfo, getLiteClientInfo,
 * getLiteGroupInfo, triggerLiteDispatch (of one broker name when it is given).
 */
export async function askLite<N extends LiteRequest & RequestName>(
  session: Session,
  parentTopic: string,
  request: N,
  header: Req<N>,
  options: { brokerName?: string | undefined } = {},
): Promise<BrokerAnswer[]> {
  const route = await session.route(parentTopic);
  const answers: BrokerAnswer[] = [];
  for (const data of route.brokerDatas) {
    const brokerAddr = readAddressOf(data);
    const { brokerName } = data;
    if (brokerAddr === undefined) continue;
    if (options.brokerName !== undefined && options.brokerName !== brokerName) continue;
    try {
      const answer = await session.request(brokerAddr, request, header);
      const info = answer.body.length > 0 ? decodeBody(answer.body, request) : {};
      answers.push({ brokerName, brokerAddr, info });
    } catch (error) {
      answers.push({ brokerName, brokerAddr, error });
    }
  }
  return answers;
}
