// Fetches Apache RocketMQ 5.5.0 (Java) from Maven Central, for the interop tests and the bench, and
// prints the folder of its jars. Needs Maven and a JDK. POCKETMQ_JAVA_RELEASE names another folder.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '5.5.0';
const WANTED = [`rocketmq-broker-${VERSION}.jar`, `rocketmq-tools-${VERSION}.jar`];
const FETCH_TIMEOUT_MS = 900_000;

/** Folder of the release: jars in lib/, and what is compiled against them. */
export function releaseFolder() {
  const override = process.env.POCKETMQ_JAVA_RELEASE;
  return override || join(homedir(), '.cache', 'pocketmq', `rocketmq-${VERSION}`);
}

/** The release's jar folder if it is complete, else undefined. */
export function installedLib() {
  const lib = join(releaseFolder(), 'lib');
  return WANTED.every((jar) => existsSync(join(lib, jar))) ? lib : undefined;
}

/** The release's jar folder, fetched first if it is not there. Throws with the reason. */
export function installRelease() {
  const installed = installedLib();
  if (installed) return installed;
  const lib = join(releaseFolder(), 'lib');
  const fresh = `${lib}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    copyJars(fresh);
    // A folder appears whole or not at all; if another process was faster, its folder stays.
    if (existsSync(lib) && !installedLib()) rmSync(lib, { recursive: true });
    if (!installedLib()) renameSync(fresh, lib);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return lib;
}

function copyJars(target) {
  const pom = join(dirname(fileURLToPath(import.meta.url)), 'java-release.pom.xml');
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';
  const args = ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${target}`];
  const shell = process.platform === 'win32';
  const options = { encoding: 'utf8', timeout: FETCH_TIMEOUT_MS, shell };
  const run = spawnSync('mvn', args, options);
  if (run.error) throw new Error(`cannot run Maven: ${run.error.message}`);
  if (run.status !== 0) {
    throw new Error(`Maven could not fetch the release:\n${run.stdout}${run.stderr}`);
  }
  const jars = readdirSync(target);
  const missing = WANTED.filter((jar) => !jars.includes(jar));
  if (missing.length > 0) throw new Error(`Maven left out ${missing.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(installRelease());
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
