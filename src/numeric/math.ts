/**
 * exp, log, tanh, pow, sin and cos from +, -, *, / alone: IEEE 754 rounds these the same everywhere, so results have
 * the same bytes on every engine and processor, which `Math.*` does not promise. Errors are stated in units in the
 * last place (ulp) and tested against series in fixed-point arithmetic with 1,500 bits after the point.
 */
export { exp, log, pow, tanh } from './math-exponential.js';
export { cos, sin } from './math-trigonometric.js';
