#!/usr/bin/env node
// mqbroker as npm installs it: a program of Node, so that npm can make a .cmd of it on Windows.

process.argv.splice(2, 0, 'mqbroker');
await import('../run.js');
