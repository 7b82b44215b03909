/** What the exit code of a command says. Documented in docs/commands.md. */
export const exitCodes = {
  ok: 0,
  /** Something that was run failed. */
  failures: 1,
  /** The words on the command line or the pipeline file are wrong; nothing was started or written. */
  usage: 2,
  /** `plan`: there is something to run. */
  work: 10,
  interrupted: 130,
} as const;
