#!/usr/bin/env node
// mqnamesrv as npm installs it: a program of Node, so that npm can make a .cmd of it on Windows.

process.argv.splice(2, 0, 'mqnamesrv');
await import('../run.js');
