import type { Validator } from './compile-schema.js';

/** sha256 of the text of schemas/stages.schema.json for which scripts/build-validators.mjs wrote the validators. */
export declare const stamp: string;
/** By the names of `rootSchemas`. */
export declare const validators: Readonly<Record<string, Validator>>;
