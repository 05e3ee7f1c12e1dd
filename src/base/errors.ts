// Every coded error of the product: its message template, the response code that a server answers
// with, and the exit code of a command that fails with it. Branch on `code`, never on text.

/** 1 refused or partly failed, 2 wrong usage, 3 nothing could be reached. */
export type ExitCode = 1 | 2 | 3;

interface ErrorRow {
  message: string;
  exit: ExitCode;
  /** ResponseCode (protocol/responses.ts) that a server answers with; else SYSTEM_ERROR (1). */
  response?: number;
  /** What to do about it, printed after `hint:`. */
  hint?: string;
}

const table = <T extends Record<string, ErrorRow>>(rows: T): { [K in keyof T]: ErrorRow } => rows;

export const ERRORS = table({
  // configuration and start
  CONFIG_INVALID: { message: '{problems}', exit: 2 },
  CONFIG_FILE_UNREADABLE: {
    message: 'cannot read the configuration file {file}: {reason}',
    exit: 2,
  },
  USAGE: { message: '{text}', exit: 2 },
  TYPOGRAPHIC_SLIP: { message: '{text}', exit: 2 },
  NOT_CONFIRMED: { message: 'nothing was done', exit: 1, hint: 'answer y, or add --yes' },
  SELF_CHECK_FAILED: { message: 'sent {body} and read back {received}', exit: 1 },
  NO_ORDER_CONF: { message: 'the topic {topic} has no order configuration', exit: 1 },
  NOT_RUNNING: { message: 'No {role} running.', exit: 1 },
  STILL_RUNNING: { message: 'the {role}({pids}) has not ended yet', exit: 1 },
  PROFILE_NOT_FOUND: { message: 'there is no profile {name}', exit: 2 },
  PORT_TAKEN: {
    message: 'port {port} on {host} is already in use',
    exit: 1,
    hint: 'stop the program that holds it, or choose another with listenPort=…',
  },
  LISTEN_FAILED: { message: 'cannot listen on {host}:{port}: {reason}', exit: 1 },
  DIRECTORY_UNWRITABLE: {
    message: 'cannot write to {path}: {reason}',
    exit: 1,
    hint: 'look what is there, and whether this user may write to it',
  },
  STORE_LOCKED: {
    message: 'the store {path} is in use by process {holder}',
    exit: 1,
    hint: 'stop that broker, or give this one its own storePathRootDir',
  },
  REPLICATION_FAILED: { message: 'replication: {reason}', exit: 1 },
  STORE_UNREADABLE: { message: 'the store {path} cannot be opened: {reason}', exit: 1 },
  STORE_DAMAGED: {
    message: '{errors} of the problems lose messages or stop a broker',
    exit: 1,
  },
  // client side of a conversation
  CONNECT_FAILED: {
    message: 'cannot connect to {address}: {reason}',
    exit: 3,
    hint: 'does a broker run there? it tells clients its brokerIP1, which they must reach',
  },
  REQUEST_TIMEOUT: {
    message: 'no answer from {address} to {request} within {timeoutMs} ms',
    exit: 3,
  },
  CONNECTION_CLOSED: {
    message: 'the connection to {address} was closed during {request}',
    exit: 3,
  },
  NO_NAMESRV: {
    message: 'no name server address was given',
    exit: 2,
    hint: 'add -n 127.0.0.1:9876, or set NAMESRV_ADDR',
  },
  NAMESRV_UNREACHABLE: {
    message: 'cannot reach the name server {addresses}: {reason}',
    exit: 3,
    hint: 'is a name server running there? start one with mqnamesrv, or name another with -n',
  },
  CLUSTER_NOT_FOUND: { message: 'there is no cluster {cluster}', exit: 1 },
  BROKER_NOT_FOUND: { message: 'there is no broker {broker}', exit: 1 },
  GROUP_NOT_FOUND: { message: 'there is no group {group}', exit: 1, response: 26 },
  GROUP_OFFLINE: { message: 'no client of the group {group} is connected', exit: 1 },
  MESSAGE_NOT_FOUND: { message: 'there is no message {what}', exit: 1 },
  MESSAGE_INVALID: { message: 'the message cannot be sent: {reason}', exit: 2 },
  NO_QUEUE: { message: 'topic {topic} has no queue that can be {use}', exit: 1 },
  SEND_FAILED: { message: 'sending to {topic} failed {attempts}: {reason}', exit: 1 },
  CLIENT_STATE: { message: '{what}', exit: 1 },
  REMOTE_ERROR: {
    message: '{address} answered {request} with {name} ({responseCode}): {remark}',
    exit: 1,
  },
  // requests that a server refuses
  BAD_FRAME: { message: 'bad frame: {reason}', exit: 1 },
  BAD_HEADER: { message: 'bad header of {request}: {reason}', exit: 1, response: 1 },
  REQUEST_REFUSED: { message: '{remark}', exit: 1, response: 1 },
  TOPIC_NOT_FOUND: { message: 'topic {topic} does not exist', exit: 1, response: 17 },
});

export type ErrorCode = keyof typeof ERRORS;

/** An error of the table. `responseCode` overrides the row's where a request names its own. */
export class MqError extends Error {
  readonly code: ErrorCode;
  readonly exit: ExitCode;
  readonly hint: string | undefined;
  readonly responseCode: number;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    details: Record<string, unknown> = {},
    options: { cause?: unknown; hint?: string; responseCode?: number } = {},
  ) {
    const row = ERRORS[code];
    super(
      row.message.replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? '?')),
      {
        cause: options.cause,
      },
    );
    this.name = 'MqError';
    this.code = code;
    this.exit = row.exit;
    this.hint = options.hint ?? row.hint;
    this.responseCode = options.responseCode ?? row.response ?? 1;
    this.details = details;
  }
}

/** A server's refusal of one request: `responseCode` and the remark that the client shows. */
export function refuse(responseCode: number, remark: string): MqError {
  return new MqError('REQUEST_REFUSED', { remark }, { responseCode });
}
