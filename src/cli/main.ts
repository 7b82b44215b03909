#!/usr/bin/env node
import { createProgram } from './program.js';
import { runProgram } from './run-program.js';

void runProgram(createProgram(), process.argv);
