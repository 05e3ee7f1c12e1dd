// The licences of the packages whose code is in the bundle, as they ask to be passed on.

import * as fs from 'node:fs';
import { join } from 'node:path';

const PACKAGE = /^node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)\//;

/** One text for all; `inputs` are the files of the bundle, relative to `root`. */
export function licences(root, inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const found = PACKAGE.exec(input);
    if (found) folders.add(found[0]);
  }
  const parts = [...folders].sort().map((folder) => about(join(root, folder)));
  return `PocketMQ is bundled with parts of these packages.\n\n${parts.join('\n')}`;
}

function about(folder) {
  const { name, version, license } = JSON.parse(
    fs.readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const text = file === undefined ? '' : fs.readFileSync(join(folder, file), 'utf8').trim();
  return `${'-'.repeat(80)}\n${name} ${version} (${license})\n\n${text}\n`;
}
