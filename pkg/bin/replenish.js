#!/usr/bin/env node
import { main } from '../dist/cli/main.js';

// Whoever reads only the first lines closes the pipe; that is no failure, and nothing is left to say.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

process.exitCode = await main(process.argv.slice(2));
