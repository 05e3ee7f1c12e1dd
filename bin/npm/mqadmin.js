#!/usr/bin/env node
// mqadmin as npm installs it: a program of Node, so that npm can make a .cmd of it on Windows.

process.argv.splice(2, 0, 'mqadmin');
await import('../run.js');
