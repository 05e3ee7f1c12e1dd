// Every captured frame decodes to what the capture says, and encodes again to the same meaning.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LANGUAGES } from '../../src/protocol/flags.js';
import { decodeFrame, encodeFrameHeader, isOneway, isResponse } from '../../src/protocol/frame.js';
import {
  requestCodec,
  requestName,
  type RequestName,
  responseCodec,
} from '../../src/protocol/requests/index.js';
import { responseName } from '../../src/protocol/responses.js';
import { captured, type CapturedFrame, captureNames, frameBytes } from './captures.js';

function checkHeader(frame: CapturedFrame): void {
  const decoded = decodeFrame(frameBytes(frame));
  const { header } = frame;
  const expected = {
    code: header.code,
    flag: header.flag,
    opaque: header.opaque,
    version: header.version,
    language: header.language ?? LANGUAGES[header.languageCode!],
    remark: header.remark ?? undefined,
    ext: header.extFields ?? {},
    body: frame.bodyBase64 ?? '',
  };
  const { code, flag, opaque, version, language, remark } = decoded;
  const body = decoded.body.toString('base64');
  const actual = { code, flag, opaque, version, language, remark, ext: decoded.ext ?? {}, body };
  assert.deepEqual(actual, expected);
  assert.equal(isResponse(decoded), frame.kind === 'response');
  assert.equal(isOneway(decoded), frame.kind === 'oneway');

  const again = Buffer.concat([encodeFrameHeader(decoded, decoded.body.length), decoded.body]);
  assert.equal(again.readInt32BE(0), again.length - 4);
  assert.deepEqual(decodeFrame(again.subarray(4)), decoded);
}

/** The typed header holds every field that the request table declares, and gives it back. */
function checkFields(frame: CapturedFrame): void {
  const ext = frame.header.extFields ?? {};
  const answer = frame.kind === 'response';
  const name = (answer ? frame.answers : frame.codeName) as RequestName;
  if (answer) {
    assert.equal(responseName(frame.header.code), frame.codeName);
    if (frame.codeName !== 'SUCCESS') return; // refusals leave fields out
  } else {
    assert.equal(requestName(frame.header.code), name);
  }
  const codec = answer ? responseCodec(name) : requestCodec(name);
  const again = codec.encode(codec.decode(ext, name) as never);
  const declared = new Set(codec.fields.map((field) => field.wire));
  const wanted = Object.entries(ext).filter(([key]) => declared.has(key));
  assert.deepEqual(again, Object.fromEntries(wanted));
}

describe('captured frames', () => {
  for (const name of captureNames()) {
    test(name, () => {
      const frames = captured(name);
      assert.ok(frames.length > 0);
      for (const frame of frames) {
        checkHeader(frame);
        checkFields(frame);
      }
    });
  }
});
