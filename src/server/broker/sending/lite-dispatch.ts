// A message with a lite topic goes into the light queue of that topic too (SendMessageProcessor).

import { refuse } from '../../../base/errors.js';
import { Property } from '../../../protocol/flags.js';
import { findProperty, formatProperties, parseProperties } from '../../../protocol/properties.js';
import { ResponseCode } from '../../../protocol/responses.js';
import { liteQueue, liteTopicFault } from '../lite/lite-names.js';

/** The properties as they are stored; refuses a name that could not be a queue's. */
export function intoLiteQueue(topic: string, text: string): string {
  if (!text.includes(Property.LITE_TOPIC)) return text;
  const lite = findProperty(text, Property.LITE_TOPIC);
  if (!lite) return text;
  const fault = liteTopicFault(lite);
  if (fault) throw refuse(ResponseCode.MESSAGE_ILLEGAL, fault);
  const properties = parseProperties(text);
  properties[Property.INNER_MULTI_DISPATCH] = liteQueue(topic, lite);
  return formatProperties(properties);
}
