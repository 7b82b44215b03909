// Loaded before the command: says on a channel of its own how much memory it took, in megabytes.
'use strict';
const { writeSync } = require('node:fs');

process.on('exit', () => writeSync(3, String(Math.round(process.resourceUsage().maxRSS / 1024))));
