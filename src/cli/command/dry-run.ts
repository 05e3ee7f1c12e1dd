// --dry-run: requests that change something, and files, are noted instead of sent and written.

import type { FileSystem } from '../../base/files.js';
import type { Gate, Outgoing } from '../../client/session.js';
import { jsonText, type Result, type Table } from '../output/output.js';

/** Requests that only ask; whatever else is sent may change something. */
const ASKING =
  /^(GET|QUERY|VIEW|SEARCH|AUTH_GET|AUTH_LIST|CONTROLLER_GET)_|^PULL_MESSAGE$|^CHECK_ROCKSDB_/;

/** Of producers and consumers: they come with the work and are no part of it. */
const COMPANIONS = /^(HEART_BEAT|UNREGISTER_CLIENT)$/;

/** What a server would most likely answer, where an empty answer cannot be read. */
const ANSWERS: Readonly<Record<string, { header?: object; body?: object }>> = {
  SEND_MESSAGE_V2: { header: { msgId: '' } },
  INVOKE_BROKER_TO_RESET_OFFSET: { body: { offsetTable: {} } },
  CONTROLLER_ELECT_MASTER: { body: { brokerMemberAddrs: {} } },
  CONSUME_MESSAGE_DIRECTLY: { body: { consumeResult: 'CR_SUCCESS' } },
  WIPE_WRITE_PERM_OF_BROKER: { header: { wipeTopicCount: 0 } },
  ADD_WRITE_PERM_OF_BROKER: { header: { addTopicCount: 0 } },
};

/** Fields that differ from one request to the next without meaning anything. */
const INCIDENTAL = new Set(['bornTimestamp', 'invokeTime']);

/** Times that a request would be sent alike. */
interface Noted {
  server: string;
  address: string;
  request: string;
  header: Readonly<Record<string, unknown>>;
  body: string | undefined;
  times: number;
}

export class DryRun {
  private readonly noted = new Map<string, Noted>();
  private readonly written = new Set<string>();

  /** Told by the context, which knows them. */
  namesrvAddrs: readonly string[] = [];

  readonly gate: Gate = (outgoing) => {
    const { name } = outgoing;
    if (ASKING.test(name)) return undefined;
    if (!COMPANIONS.test(name)) this.note(outgoing);
    const { header = {}, body } = ANSWERS[name] ?? {};
    return { header, body: Buffer.from(body ? JSON.stringify(body) : '') };
  };

  /** The disk, whose files stay as they are. */
  files(disk: FileSystem): FileSystem {
    const note = (path: string): void => void this.written.add(path);
    return {
      ...disk,
      mkdirp: () => undefined,
      writeTextAtomic: note,
      saveText: (path) => Promise.resolve(note(path)),
      unlink: note,
      rename: (_from, to) => note(to),
    };
  }

  /** Whether anything would have been done. */
  get empty(): boolean {
    return this.noted.size === 0 && this.written.size === 0;
  }

  get result(): Result {
    return { text: () => this.text(), data: () => this.data(), table: () => this.table() };
  }

  private text(): string {
    const lines = [...this.noted.values()].map((one) => {
      const fields = Object.entries(one.header).map(([key, value]) => `${key}=${String(value)}`);
      const words = [`${one.server} ${one.address}`, one.request, ...fields];
      if (one.times > 1) words.push(`(${one.times} times)`);
      return one.body === undefined ? words.join('  ') : `${words.join('  ')}\n    ${one.body}`;
    });
    const files = [...this.written].map((path) => `file ${path}`);
    const title = this.empty ? 'dry run: nothing would be changed' : 'dry run: nothing was changed';
    return `${[title, ...lines, ...files].join('\n')}\n`;
  }

  private data(): object {
    return { dryRun: true, requests: [...this.noted.values()], files: [...this.written] };
  }

  private table(): Table {
    const cells = ({ header, ...one }: Noted): unknown[] => [
      one.server,
      one.address,
      one.request,
      Object.keys(header).length === 0 ? '' : header,
      one.body,
      one.times,
    ];
    return {
      head: ['Server', 'Address', 'Request', 'Header', 'Body', 'Times'],
      rows: [
        ...[...this.noted.values()].map(cells),
        ...[...this.written].map((path) => ['file', path, 'write', '', '', 1]),
      ],
    };
  }

  private note({ address, name, header, body }: Outgoing): void {
    const fields = Object.entries(header)
      .filter(([key, value]) => value !== undefined && !INCIDENTAL.has(key))
      .map(([key, value]: [string, unknown]) => [key, readable(value)]);
    const one = {
      server: this.serverOf(address, name),
      address,
      request: name,
      header: Object.fromEntries(fields),
      body: bodyText(body),
    };
    const key = jsonText(one);
    const known = this.noted.get(key);
    if (known) known.times++;
    else this.noted.set(key, { ...one, times: 1 });
  }

  private serverOf(address: string, request: string): string {
    if (this.namesrvAddrs.includes(address)) return 'name server';
    if (/^CONTROLLER_|_CONTROLLER_|^CLEAN_BROKER_DATA$/.test(request)) return 'controller';
    return /^(ADD|REMOVE)_BROKER$/.test(request) ? 'container' : 'broker';
  }
}

/** A message's properties without the id that each message has of its own. */
function readable(value: unknown): unknown {
  if (typeof value !== 'string' || !value.includes(NAME_END)) return value;
  const parts = value.split(PROPERTY_END).filter((part) => part && !part.startsWith('UNIQ_KEY'));
  return parts.map((part) => part.replace(NAME_END, '=')).join(' ');
}

const [NAME_END, PROPERTY_END] = ['\u0001', '\u0002'];

const SHOWN_BYTES = 2000;

/** A text as it is, anything else by its size. */
function bodyText(body: Buffer | undefined): string | undefined {
  if (!body || body.length === 0) return undefined;
  const text = body.toString().replace(/("password":)"[^"]*"/g, '$1"***"');
  const plain = Buffer.from(body.toString()).equals(body) && !text.includes('\u0000');
  if (!plain) return `${body.length} bytes`;
  return text.length > SHOWN_BYTES ? `${text.slice(0, SHOWN_BYTES)}…` : text.trimEnd();
}
