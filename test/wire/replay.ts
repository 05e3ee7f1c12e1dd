// Plays the clients' side of a captured conversation to our servers, in the captured order, and
// compares each answer with the captured one.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  decodeFrame,
  encodeFrameHeader,
  type Frame,
  isResponse,
} from '../../src/protocol/frame.js';
import { FrameReader } from '../../src/remoting/frame-reader.js';
import { until } from '../support/until.js';
import { type CapturedFrame, frameBytes } from './captures.js';
import { answerOf, type Meaning } from './meaning.js';

export interface Difference {
  frame: string;
  /** Where in the answer. */
  at: string;
  captured: unknown;
  ours: unknown;
}

export interface ReplayOptions {
  /** Address by link: `client>broker`, `client>namesrv`, `broker>namesrv`. */
  addresses: Record<string, string>;
  /** Texts of the capture that have others here (addresses). */
  renamed: Record<string, string>;
  /** Changes a request before it is sent, where it holds what only an answer here can tell. */
  adapt?: (frame: Frame, codeName: string, said: Said) => void;
}

/** What our servers have answered so far. */
export interface Said {
  lastMsgId: string;
  /** Our time of a POP by the captured one: later requests name it. */
  popTimes: Map<string, string>;
}

class Peer {
  readonly received: Frame[] = [];

  private constructor(readonly socket: Socket) {
    const reader = new FrameReader(1 << 24, (bytes) => this.received.push(decodeFrame(bytes)));
    socket.on('data', (chunk) => reader.push(chunk));
    socket.on('error', () => undefined);
  }

  static async connect(address: string): Promise<Peer> {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new Peer(socket);
  }

  /** Takes the first frame that fits out of what has come, waiting for it. */
  async take(what: string, fits: (frame: Frame) => boolean): Promise<Frame> {
    const at = await until(what, () => {
      const found = this.received.findIndex(fits);
      return found < 0 ? undefined : { found };
    });
    return this.received.splice(at.found, 1)[0]!;
  }
}

export async function replay(
  frames: readonly CapturedFrame[],
  options: ReplayOptions,
): Promise<Difference[]> {
  const peers = new Map<number, Peer>();
  const differences: Difference[] = [];
  /** Our opaque of each request that the server made, by connection and captured opaque. */
  const asked = new Map<string, number>();
  const said: Said = { lastMsgId: '', popTimes: new Map() };
  try {
    for (const frame of frames) {
      const { conn, link, codeName } = frame;
      const address = options.addresses[link];
      assert.ok(address, `no address for ${link}`);
      let peer = peers.get(conn);
      if (!peer) {
        peer = await Peer.connect(address);
        peers.set(conn, peer);
      }
      const { opaque } = frame.header;
      if (frame.dir === 'c2s') {
        const decoded = decodeFrame(frameBytes(frame));
        if (frame.kind === 'response') decoded.opaque = asked.get(`${conn}:${opaque}`) ?? opaque;
        options.adapt?.(decoded, codeName, said);
        peer.socket.write(encodeFrameHeader(decoded, decoded.body.length));
        peer.socket.write(decoded.body);
        continue;
      }
      const name = `${frame.answers ?? codeName} at ${frame.t} ms`;
      const ours = await peer.take(name, (one) =>
        frame.kind === 'response'
          ? isResponse(one) && one.opaque === opaque
          : !isResponse(one) && one.code === frame.header.code,
      );
      said.lastMsgId = ours.ext?.msgId ?? said.lastMsgId;
      const popTime = frame.header.extFields?.popTime;
      if (popTime && ours.ext?.popTime) said.popTimes.set(popTime, ours.ext.popTime);
      if (frame.kind === 'request') asked.set(`${conn}:${opaque}`, ours.opaque);
      const renamed = { ...frame, ...rename(frame, options.renamed) };
      const wanted = answerOf(decodeFrame(frameBytes(renamed)), frame);
      differences.push(...compare(name, wanted, answerOf(ours, frame)));
    }
  } finally {
    for (const peer of peers.values()) peer.socket.destroy();
  }
  return differences;
}

/** Header and body of an answer with the names that this run has. */
function rename(frame: CapturedFrame, names: Record<string, string>): Partial<CapturedFrame> {
  if (frame.serializeType !== 'JSON') return {};
  const swap = (base64: string | undefined): string => {
    let text = Buffer.from(base64 ?? '', 'base64').toString('latin1');
    for (const [from, to] of Object.entries(names)) text = text.replaceAll(from, to);
    return Buffer.from(text, 'latin1').toString('base64');
  };
  return { headerBase64: swap(frame.headerBase64), bodyBase64: swap(frame.bodyBase64) };
}

function compare(frame: string, captured: Meaning, ours: Meaning): Difference[] {
  const found: Difference[] = [];
  const walk = (at: string, left: unknown, right: unknown): void => {
    if (left !== null && right !== null && typeof left === 'object' && typeof right === 'object') {
      for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
        const [a, b] = [left, right] as Record<string, unknown>[];
        walk(`${at}.${key}`, a![key], b![key]);
      }
    } else if (left !== right) {
      found.push({ frame, at: at.slice(1), captured: left, ours: right });
    }
  };
  walk('', captured, ours);
  return found;
}
