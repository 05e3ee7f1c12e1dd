// Writes docs/protocol.md from the request table: `node --import tsx scripts/protocol-docs.ts`.

import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { HeaderCodec } from '../src/protocol/fields.js';
import { LANGUAGES } from '../src/protocol/flags.js';
import { authRequests } from '../src/protocol/requests/auth.js';
import { brokerRequests } from '../src/protocol/requests/broker.js';
import { controllerRequests } from '../src/protocol/requests/controller.js';
import { groupRequests } from '../src/protocol/requests/group.js';
import { haRequests } from '../src/protocol/requests/ha.js';
import {
  requestCodec,
  REQUESTS,
  responseCodec,
  type RequestName,
} from '../src/protocol/requests/index.js';
import { liteRequests } from '../src/protocol/requests/lite.js';
import { messageRequests } from '../src/protocol/requests/message.js';
import { offsetRequests } from '../src/protocol/requests/offset.js';
import { popRequests } from '../src/protocol/requests/pop.js';
import { routeRequests } from '../src/protocol/requests/route.js';
import type { RequestRow } from '../src/protocol/requests/row.js';
import { topicRequests } from '../src/protocol/requests/topic.js';
import { ResponseCode } from '../src/protocol/responses.js';

const INTRODUCTION = `# The wire

<!-- Made by scripts/protocol-docs.ts from src/protocol; do not edit. -->

What clients, brokers and name servers of Apache RocketMQ 5.5.0 say to each other over TCP (its
remoting protocol). All of it is declared once in \`src/protocol\`; types, encoders, decoders and this
page follow from there. Which requests are served here: [compatibility.md](compatibility.md).

## Frames
All integers are big-endian.

| at | type | content |
|---|---|---|
| 0 | int32 | length of all that follows; at most 16 MB |
| 4 | int8 | serialization of the header: 0 JSON, 1 ROCKETMQ |
| 5 | int24 | length of the header, n |
| 8 | n bytes | header |
| 8 + n | the rest | body |

A header in JSON is one object, in UTF-8:

\`\`\`json
{"code":105,"extFields":{"topic":"TopicTest"},"flag":0,"language":"JAVA","opaque":7,"serializeTypeCurrentRPC":"JSON","version":513}
\`\`\`

- \`code\`: of a request, what it asks for; of an answer, how it went (0 is success).
- \`opaque\`: chosen by whoever asks, returned with the answer. Answers come in any order.
- \`flag\`: bit 0 marks an answer, bit 1 a request that wants none (oneway).
- \`language\`: ${LANGUAGES.join(', ')}.
- \`version\`: number of the sender's version; 513 is 5.5.0.
- \`remark\`: text of an error.
- \`extFields\`: the fields of the tables below. Values are text, whatever their type; a field that has
  no value is left out. Numbers and booleans without quotes, which some clients send, are taken too.

The same in ROCKETMQ form: int16 code, int8 language, int16 version, int32 opaque, int32 flag, int32
length and remark, int32 length of the fields; per field int16 length and name, int32 length and value.
An empty text cannot be told from an absent one. Answers come in the form of their request.

Both sides may ask. Requests that a server sends to clients use the client's connection.

## Types of fields
| type | text |
|---|---|
| str | as it is |
| i32 | decimal, -2147483648 to 2147483647 |
| i64 | decimal; refused here beyond ±(2^53 - 1), but Long.MAX_VALUE and Long.MIN_VALUE count as "no bound" |
| bool | \`true\` in any case; all else is false |

\`?\` marks a field that may be missing. A missing field without it, or a value of another type, is
answered with SYSTEM_ERROR and a remark that names the field. Fields that the table does not know are
ignored. Many requests also take \`ns\`, \`nsd\` (namespace), \`bname\` (name of the broker), \`oway\` and
\`lo\`; they are left out below.

## Bodies
Bodies named like a class are JSON as fastjson writes it: keys that are numbers stand without quotes
(\`{0:"10.0.0.1:10911"}\`), keys that are objects too. Both spellings are read. The answer to
GET_ROUTEINFO_BY_TOPIC is standard JSON for clients from 4.9.4 on and for \`acceptStandardJsonOnly\`.
The shapes are in \`src/protocol/bodies\`.

A message record is the same on the wire and in the commitlog:

| field | type | |
|---|---|---|
| totalSize | int32 | of the record |
| magic | int32 | 0xdaa320a7; 0xdaa320ab when the topic is longer than 127 bytes |
| bodyCRC | int32 | CRC-32 without its highest bit |
| queueId | int32 | |
| flag | int32 | of the producer |
| queueOffset | int64 | |
| physicalOffset | int64 | in the commitlog |
| sysFlag | int32 | 0x1 compressed, 0xc transaction, 0x10 bornHost is IPv6, 0x20 storeHost is IPv6, 0x700 compression |
| bornTimestamp | int64 | ms |
| bornHost | 4 or 16 bytes, int32 | address and port |
| storeTimestamp | int64 | ms |
| storeHost | 4 or 16 bytes, int32 | address and port |
| reconsumeTimes | int32 | |
| preparedTransactionOffset | int64 | |
| body | int32 length, bytes | |
| topic | int8 (int16) length, bytes | |
| properties | int16 length, bytes | name 0x01 value 0x02, repeated |

The body of SEND_BATCH_MESSAGE repeats per message: int32 size, int32 magic (0), int32 CRC (0), int32
flag, int32 length and body, int16 length and properties.
`;

const AREAS: readonly [string, Readonly<Record<string, RequestRow>>][] = [
  ['Name server', routeRequests],
  ['Messages', messageRequests],
  ['Offsets', offsetRequests],
  ['Topics', topicRequests],
  ['Groups and clients', groupRequests],
  ['Brokers', brokerRequests],
  ['POP consumption', popRequests],
  ['Replication and broker groups', haRequests],
  ['Controller', controllerRequests],
  ['Access control', authRequests],
  ['Lite topics', liteRequests],
];

/** Fields that most requests share. */
const SHARED = ['ns', 'nsd', 'bname', 'oway', 'lo'];

export function protocolDocs(): string {
  return INTRODUCTION + AREAS.map(([title, rows]) => area(title, rows)).join('') + responseCodes();
}

function area(title: string, rows: Readonly<Record<string, RequestRow>>): string {
  const lines = Object.entries(rows)
    .sort(([, a], [, b]) => a.code - b.code)
    .map(([name, row]) => {
      const request = name as RequestName;
      const asked = [fields(requestCodec(request)), body(row.body)];
      const answered = [fields(responseCodec(request)), body(row.replyBody)];
      return `| ${row.code} | ${name} | ${join(asked)} | ${join(answered)} |\n`;
    });
  const head = '| code | request | fields and body | fields and body of the answer |';
  return `\n## ${title}\n${head}\n|---|---|---|---|\n${lines.join('')}`;
}

const join = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('; ');
const body = (text: string | undefined): string => (text ? `body: ${text}` : '');

/** Fields with their types; the name on the wire comes first where it is another. */
function fields(codec: HeaderCodec<unknown>): string {
  return codec.fields
    .filter(({ wire }) => !SHARED.includes(wire))
    .map(({ name, wire, kind, required }) => {
      const spelled = wire === name ? `\`${name}\`` : `\`${wire}\` (${name})`;
      return `${spelled} ${kind}${required ? '' : '?'}`;
    })
    .join(', ');
}

function responseCodes(): string {
  const lines = Object.entries(ResponseCode)
    .sort(([, a], [, b]) => a - b)
    .map(([name, code]) => `| ${code} | ${name} |\n`);
  const count = Object.keys(REQUESTS).length;
  return (
    `\n## Codes of answers\n| code | name |\n|---|---|\n${lines.join('')}\n` +
    `${count} requests, ${lines.length} codes of answers.\n`
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/protocol.md', import.meta.url), protocolDocs());
}
