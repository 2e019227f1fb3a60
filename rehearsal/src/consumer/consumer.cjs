'use strict';
// Somebody who uses the plugins as CommonJS. Their names are its arguments.
const agents = require('@livekit/agents');
const loopback = require('@patchbay/loopback');
const { consume } = require('./program.cjs');

const names = process.argv.slice(2);
const plugins = Object.fromEntries(names.map((name) => [name, require(name)]));
consume({ agents, loopback, plugins }).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
