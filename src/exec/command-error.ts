import { UserError } from '../base/result.js';

/** A program ended by itself, but not well. */
export class CommandError extends UserError {
  /** `exit:<code>`, `oom` when it was killed, `stopped` by another signal. */
  override readonly cause: string;

  constructor(message: string, cause: string) {
    super(message);
    this.cause = cause;
  }
}
