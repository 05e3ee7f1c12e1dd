// All requests about the broker itself: what AdminBrokerProcessor and its neighbours answer.

import type { Logger } from '../../../base/log.js';
import type { Handlers } from '../../../remoting/handler.js';
import { compileSql } from '../filter/message-filter.js';
import { assignmentHandlers, type AssignmentHandlersParts } from './assignment.js';
import { authHandlers, type AuthHandlersParts } from './auth.js';
import { clientHandlers, type ClientHandlersParts } from './client.js';
import { configHandlers, type ConfigHandlersParts } from './config.js';
import { groupHandlers, type GroupHandlersParts } from './group.js';
import { runtimeHandlers, type RuntimeHandlersParts } from './runtime.js';
import { statsHandlers } from './stats.js';
import { topicHandlers, type TopicHandlersParts } from './topic.js';

export type AdminParts = Omit<ClientHandlersParts, 'compileFilter'> &
  Omit<TopicHandlersParts, 'registered'> &
  GroupHandlersParts &
  AssignmentHandlersParts &
  AuthHandlersParts &
  ConfigHandlersParts &
  RuntimeHandlersParts & { log: Logger };

export function adminHandlers(parts: AdminParts): Handlers {
  const compileFilter = (type: string, expression: string): void => {
    if (type !== 'SQL92') throw new Error(`unknown filter type ${type}`);
    compileSql(expression);
  };
  return {
    ...topicHandlers({ ...parts, registered: () => parts.registration.settled() }),
    ...groupHandlers(parts),
    ...clientHandlers({ ...parts, compileFilter }),
    ...assignmentHandlers(parts),
    ...authHandlers(parts),
    ...configHandlers(parts),
    ...statsHandlers(parts),
    ...runtimeHandlers(parts),
  };
}
