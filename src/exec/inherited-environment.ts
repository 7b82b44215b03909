/** The environment that a worker was started with: an allow-listed part of the user's. */
export function inheritedEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** Adds variables that a module of the user's own is promised. */
export function extendEnvironment(variables: Readonly<Record<string, string>>): void {
  Object.assign(process.env, variables);
}
