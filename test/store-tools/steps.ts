/** What work in steps comes to. */
export function finished<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Takes so many steps and no more, as a process that is killed. @returns false when the work was done by then. */
export function diesAfter(count: number, steps: Generator<void, unknown>): boolean {
  for (let taken = 0; ; taken++) {
    if (steps.next().done === true) return false;
    if (taken === count) return true;
  }
}
