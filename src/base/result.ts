/** The outcome of something that is expected to fail now and then; programmer errors are thrown instead. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const err = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });

/** Closes an exhaustive switch: the compiler complains when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`Internal error: unexpected value ${JSON.stringify(value)}`);
}

/**
 * What a user did wrong, or what the world did to them, in words for them: printed as it is, never with a stack.
 * `lines` below the message say where, why and what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
}
