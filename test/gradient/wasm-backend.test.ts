import { describe } from 'vitest';
import { openWasm } from './backends.js';
import { registerGradientLaws } from './laws.js';

describe('the wasm backend', () => registerGradientLaws(openWasm));
