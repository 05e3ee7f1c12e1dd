// An esbuild plugin that leaves out parts of @oclif/core that this product never runs: its own
// option parser and help pages, timing, spinners, TypeScript on the fly. Together they would take
// as long to load as all the rest of a command.

const unused = `const unused = (what) => () => { throw new Error('left out of the bundle: ' + what); };`;

/** Files of @oclif/core/lib by the text that takes their place. */
const FILES = {
  'performance.js': `
    exports.OCLIF_MARKER_OWNER = '@oclif/core';
    exports.Performance = { mark: () => undefined, collect: async () => {}, debug: () => {} };`,
  'logger.js': `
    const quiet = () => {};
    const logger = { debug: quiet, error: quiet, info: quiet, trace: quiet, warn: quiet };
    exports.makeDebug = () => quiet;
    exports.getLogger = () => logger;
    exports.setLogger = quiet;
    exports.clearLoggers = quiet;`,
  'parser/index.js': `${unused}
    exports.parse = unused('the option parser');`,
  'help/index.js': `
    exports.getHelpFlagAdditions = () => ['--help'];`,
  'help/util.js': `${unused}
    exports.getHelpFlagAdditions = () => ['--help'];
    exports.toConfiguredId = (id) => id;
    exports.toStandardizedId = (id) => id;
    exports.normalizeArgv = (_config, argv) => argv;
    exports.formatCommandDeprecationWarning = unused('deprecation');
    exports.formatFlagDeprecationWarning = unused('deprecation');`,
  'ux/index.js': `
    const { error } = require('../errors/error');
    const { exit } = require('../errors/exit');
    const { warn } = require('../errors/warn');
    exports.ux = { action: { stop: () => {} }, error, exit, warn };
    Object.assign(exports, exports.ux);`,
  'ux/theme.js': `
    exports.colorize = (_color, text) => text;
    exports.parseTheme = (theme) => theme;`,
  'errors/handle.js': `${unused}
    exports.handle = unused('the error handler');`,
  'config/ts-path.js': `
    const { join } = require('node:path');
    exports.TS_CONFIGS = {};
    exports.tsPath = async (root, orig) => orig && join(root, orig);`,
  // One thread reads a few small files: asking four others for them takes longer.
  'util/fs.js': `
    const fs = require('node:fs');
    exports.existsSync = (path) => fs.existsSync(path);
    exports.readJson = async (path) => JSON.parse(fs.readFileSync(path, 'utf8'));
    exports.safeReadJson = async (path) => {
      try { return JSON.parse(fs.readFileSync(path, 'utf8')); } catch { return undefined; }
    };`,
  'util/read-tsconfig.js': `
    exports.readTSConfig = async () => undefined;`,
  'util/os.js': `
    const { homedir, platform } = require('node:os');
    exports.getHomeDir = () => homedir();
    exports.getPlatform = async () => platform();
    exports.getShell = async () => 'unknown';`,
};

/** Packages that only the parts left out use. */
const PACKAGES =
  /^(ejs|tinyglobby|minimatch|lilconfig|debug|clean-stack|indent-string|wrap-ansi|ansis|semver|wsl-utils|typescript)$/;

export const spareOclif = {
  name: 'spare-oclif',
  setup({ onLoad, onResolve }) {
    const inOclif = /[\\/]@oclif[\\/]core[\\/]lib[\\/](.+)$/;
    onLoad({ filter: inOclif }, ({ path }) => {
      const contents = FILES[inOclif.exec(path)[1].replaceAll('\\', '/')];
      return contents === undefined ? undefined : { contents, loader: 'js' };
    });
    onResolve({ filter: PACKAGES }, ({ path, importer }) =>
      inOclif.test(importer) ? { path, namespace: 'left-out' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `${unused} module.exports = unused('${path}');`,
    }));
  },
};
