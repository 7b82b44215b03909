import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { FigureFont } from '../../src/figures/draw.js';

const path = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf');

/** The font that the package ships. */
export const font: FigureFont = { path, bytes: readFileSync(path), family: 'DejaVu Sans' };
