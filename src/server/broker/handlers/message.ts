// Finding single messages: by their place in the log, by key (QueryMessageProcessor).

import { ResponseCode } from '../../../protocol/responses.js';
import type { Handlers } from '../../../remoting/handler.js';
import type { MessageStore } from '../../../store/message-store.js';
import type { MessagingStoreConfig } from '../parts.js';

export interface MessageDeps {
  store: MessageStore;
  storeConfig: MessagingStoreConfig;
}

/** extField that marks a query by unique key (MixAll.UNIQUE_MSG_QUERY_FLAG). */
const UNIQUE_KEY_QUERY = '_UNIQUE_KEY_QUERY';

export function messageHandlers({ store, storeConfig }: MessageDeps): Handlers {
  return {
    async VIEW_MESSAGE_BY_ID({ offset }) {
      const record = await store.recordAt(offset);
      if (record) return { body: record };
      const remark = `can not find message by the offset, ${offset}`;
      return { code: ResponseCode.SYSTEM_ERROR, remark };
    },

    async QUERY_MESSAGE(header, { frame }) {
      const unique = frame.ext?.[UNIQUE_KEY_QUERY] === 'true';
      const result = await store.query({
        topic: header.topic,
        key: header.key,
        maxMessages: unique ? storeConfig.defaultQueryMaxNum : header.maxNum,
        begin: header.beginTimestamp,
        end: header.endTimestamp,
        ...(header.indexType ? { indexType: header.indexType } : {}),
      });
      const { indexLastUpdateTimestamp, indexLastUpdatePhyoffset, records } = result;
      const answer = { indexLastUpdateTimestamp, indexLastUpdatePhyoffset };
      if (records.length > 0) return { header: answer, body: records };
      const remark = 'can not find message, maybe time range not correct';
      const nothing = { indexLastUpdateTimestamp: 0, indexLastUpdatePhyoffset: 0 };
      return { code: ResponseCode.QUERY_NOT_FOUND, remark, header: nothing };
    },
  };
}
