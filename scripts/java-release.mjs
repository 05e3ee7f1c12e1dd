// Fetches Apache RocketMQ 5.5.0 (Java) from Maven Central, for the interop tests and the bench, and
// prints the folder of its jars; with the word `proxy` those of its proxy and of the gRPC client.
// Needs Maven and a JDK. POCKETMQ_JAVA_RELEASE names another folder.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '5.5.0';
const CLIENT_VERSION = '5.2.0';
const OLDER_VERSION = '4.9.7';
/** What is fetched together, and how it is known to be whole. */
const RELEASE = {
  folder: `rocketmq-${VERSION}`,
  pom: 'java-release.pom.xml',
  wanted: [`rocketmq-broker-${VERSION}.jar`, `rocketmq-tools-${VERSION}.jar`],
};
const PROXY = {
  folder: `rocketmq-proxy-${VERSION}`,
  pom: 'java-proxy.pom.xml',
  wanted: [`rocketmq-proxy-${VERSION}.jar`, `rocketmq-client-java-${CLIENT_VERSION}.jar`],
};
const SUITES = {
  folder: `rocketmq-test-${VERSION}`,
  pom: 'java-suites.pom.xml',
  wanted: [`rocketmq-test-${VERSION}-tests.jar`, `rocketmq-broker-${VERSION}.jar`],
};
const OLDER = {
  folder: `rocketmq-${OLDER_VERSION}`,
  pom: 'java-older.pom.xml',
  wanted: [`rocketmq-broker-${OLDER_VERSION}.jar`],
};
const FETCH_TIMEOUT_MS = 900_000;

/** Folder of the release: jars in lib/, and what is compiled against them. */
export function releaseFolder() {
  const override = process.env.POCKETMQ_JAVA_RELEASE;
  return override || join(homedir(), '.cache', 'pocketmq', RELEASE.folder);
}

/** The release's jar folder, fetched first if it is not there. Throws with the reason. */
export function installRelease() {
  return install(RELEASE, releaseFolder());
}

/** The same of the proxy; the client is one jar beside its own. */
export function installProxy() {
  const lib = install(PROXY, join(releaseFolder(), '..', PROXY.folder));
  return { lib, client: join(lib, PROXY.wanted[1]) };
}

/** Apache's integration tests: the folder of the jars, and the one that holds the tests. */
export function installSuites() {
  const lib = install(SUITES, join(releaseFolder(), '..', SUITES.folder));
  return { lib, tests: join(lib, SUITES.wanted[0]) };
}

/** A broker of RocketMQ 4.9: the folder of its jars. */
export function installOlder() {
  return install(OLDER, join(releaseFolder(), '..', OLDER.folder));
}

function isWhole({ wanted }, lib) {
  return wanted.every((jar) => existsSync(join(lib, jar)));
}

function install(what, folder) {
  const lib = join(folder, 'lib');
  if (isWhole(what, lib)) return lib;
  const fresh = `${lib}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  try {
    copyJars(what, fresh);
    // A folder appears whole or not at all; if another process was faster, its folder stays.
    if (existsSync(lib) && !isWhole(what, lib)) rmSync(lib, { recursive: true });
    if (!isWhole(what, lib)) renameSync(fresh, lib);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return lib;
}

function copyJars(what, target) {
  const pom = join(dirname(fileURLToPath(import.meta.url)), what.pom);
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
  const missing = what.wanted.filter((jar) => !jars.includes(jar));
  if (missing.length > 0) throw new Error(`Maven left out ${missing.join(', ')}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(process.argv[2] === 'proxy' ? installProxy().lib : installRelease());
  } catch (error) {
    console.error(`error: ${error.message}`);
    process.exit(1);
  }
}
