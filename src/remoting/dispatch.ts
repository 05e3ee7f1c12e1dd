// From a request frame to its handler and back: lookup, header decoding, answers, refusals.

import { MqError } from '../base/errors.js';
import { describeError, type Logger } from '../base/log.js';
import { type Frame, isOneway } from '../protocol/frame.js';
import { type ScanPlan, scanPlan } from '../protocol/scan-plan.js';
import type { HeaderCodec } from '../protocol/fields.js';
import {
  requestCodec,
  requestName,
  REQUESTS,
  responseCodec,
  type RequestName,
} from '../protocol/requests/index.js';
import { ResponseCode } from '../protocol/responses.js';
import type { Connection } from './connection.js';
import type { Call, Guard, Handlers, Reply } from './handler.js';

type AnyHandler = (header: unknown, call: Call) => Reply | Promise<Reply> | undefined;

interface Route {
  name: RequestName;
  handler: AnyHandler;
  request: HeaderCodec<unknown>;
  response: HeaderCodec<unknown>;
  plan: ScanPlan | undefined;
}

export interface Dispatch {
  onRequest(connection: Connection, frame: Frame): void;
  /** How the header of a request is read; undefined for one that is not served. */
  planOf(code: number): ScanPlan | undefined;
}

/** Builds the lookup from request code to handler, once per server. */
export function createDispatch(handlers: Handlers, log: Logger, guard?: Guard): Dispatch {
  const routes = new Map<number, Route>();
  for (const [key, handler] of Object.entries(handlers)) {
    const name = key as RequestName;
    routes.set(REQUESTS[name].code, {
      name,
      handler: handler as AnyHandler,
      request: requestCodec(name),
      response: responseCodec(name),
      plan: scanPlan(requestCodec(name)),
    });
  }
  const onRequest = (connection: Connection, frame: Frame): void => {
    const route = routes.get(frame.code);
    const call = new RequestCall(connection, frame, route, log);
    if (guard && !passes(guard, route, call)) return;
    if (!route) {
      const reply = notSupported(frame.code);
      log.warn(`${connection.remote}:${reply.remark}`);
      return call.answer(reply);
    }
    let result: Reply | Promise<Reply> | undefined;
    try {
      result = route.handler(headerOf(route, frame), call);
    } catch (error) {
      return call.fail(error);
    }
    if (result instanceof Promise) {
      result.then(
        (reply) => call.answer(reply),
        (error: unknown) => call.fail(error),
      );
    } else if (result) {
      call.answer(result);
    }
  };
  return { onRequest, planOf: (code) => routes.get(code)?.plan };
}

const headerOf = (route: Route, frame: Frame): unknown =>
  frame.header ?? route.request.decode(frame.ext, route.name);

function passes(guard: Guard, route: Route | undefined, call: RequestCall): boolean {
  try {
    guard(route?.name, () => route && headerOf(route, call.frame), call);
    return true;
  } catch (error) {
    call.fail(error);
    return false;
  }
}

function notSupported(code: number): Reply & { remark: string } {
  const name = requestName(code);
  const feature = name ? `: ${name} is not served by this server` : '';
  return {
    code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
    remark: ` request type ${code} not supported${feature}`,
  };
}

class RequestCall implements Call {
  readonly oneway: boolean;
  private answered = false;

  constructor(
    readonly connection: Connection,
    readonly frame: Frame,
    private readonly route: Route | undefined,
    private readonly log: Logger,
  ) {
    this.oneway = isOneway(frame);
    connection.callStarted();
  }

  get body(): Buffer {
    return this.frame.body;
  }

  answer(reply: Reply): void {
    if (this.answered) return;
    this.answered = true;
    this.connection.callEnded();
    if (this.oneway) return;
    const { code = ResponseCode.SUCCESS, remark, header, ext, body, sent } = reply;
    const typed = header && this.route ? { codec: this.route.response, header } : undefined;
    this.connection.sendResponse(this.frame, { code, remark, typed, ext, body, sent });
  }

  fail(error: unknown): void {
    const name = this.route?.name ?? String(this.frame.code);
    const coded = error instanceof MqError;
    const text = `${name} from ${this.connection.remote}: ${describeError(error)}`;
    // A refusal is everyday; a header that cannot be read means a broken client.
    if (coded && error.code === 'BAD_HEADER') this.log.warn(text);
    else if (coded) this.log.debug(text);
    else this.log.error(text, error);
    this.answer({
      code: coded ? error.responseCode : ResponseCode.SYSTEM_ERROR,
      remark: describeError(error),
    });
  }
}
