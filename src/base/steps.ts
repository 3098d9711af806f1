/** Work that can be left between two small steps and gone on with later: a generator that says at each `yield` that it could pause. */
export type Steps<T> = Generator<void, T>

/** All of it at once. */
export function finished<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}
