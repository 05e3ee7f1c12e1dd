// The request table: every request of RocketMQ 5.5.0, declared once. Types and codecs follow.

import { type HeaderCodec, type HeaderOf, headerCodec } from '../fields.js';
import { authRequests } from './auth.js';
import { brokerRequests } from './broker.js';
import { controllerRequests } from './controller.js';
import { groupRequests } from './group.js';
import { haRequests } from './ha.js';
import { liteRequests } from './lite.js';
import { messageRequests } from './message.js';
import { offsetRequests } from './offset.js';
import { popRequests } from './pop.js';
import { routeRequests } from './route.js';
import type { RequestRow } from './row.js';
import { topicRequests } from './topic.js';

export const REQUESTS = {
  ...messageRequests,
  ...offsetRequests,
  ...topicRequests,
  ...groupRequests,
  ...brokerRequests,
  ...routeRequests,
  ...haRequests,
  ...popRequests,
  ...liteRequests,
  ...controllerRequests,
  ...authRequests,
} as const;

export type RequestName = keyof typeof REQUESTS;
type FieldsOf<R, K extends 'request' | 'response'> = R extends { [P in K]: infer F } ? F : unknown;

/** Header of a request; a request without fields has an empty one. */
export type Req<N extends RequestName> = HeaderOf<FieldsOf<(typeof REQUESTS)[N], 'request'>>;
/** Header of the answer to a request. */
export type Res<N extends RequestName> = HeaderOf<FieldsOf<(typeof REQUESTS)[N], 'response'>>;

const byCode = new Map<number, RequestName>();
for (const name of Object.keys(REQUESTS) as RequestName[]) {
  const { code } = REQUESTS[name];
  const other = byCode.get(code);
  if (other) throw new Error(`request code ${code} is declared by ${other} and ${name}`);
  byCode.set(code, name);
}

/** Name of a request code, undefined for one that RocketMQ 5.5.0 does not know. */
export function requestName(code: number): RequestName | undefined {
  return byCode.get(code);
}

const requestCodecs = new Map<RequestName, HeaderCodec<unknown>>();
const responseCodecs = new Map<RequestName, HeaderCodec<unknown>>();

/** Codec of a request's header, built on first use. */
export function requestCodec<N extends RequestName>(name: N): HeaderCodec<Req<N>> {
  let codec = requestCodecs.get(name);
  if (!codec) {
    const row: RequestRow = REQUESTS[name];
    codec = headerCodec(row.request ?? {}, row.wire);
    requestCodecs.set(name, codec);
  }
  return codec as HeaderCodec<Req<N>>;
}

/** Codec of the header of a request's answer, built on first use. */
export function responseCodec<N extends RequestName>(name: N): HeaderCodec<Res<N>> {
  let codec = responseCodecs.get(name);
  if (!codec) {
    const row: RequestRow = REQUESTS[name];
    codec = headerCodec(row.response ?? {});
    responseCodecs.set(name, codec);
  }
  return codec as HeaderCodec<Res<N>>;
}
