/** The outcome of something that may fail for a reason the caller must handle. A plain object, so it survives JSON and structured clone. */
export type Result<T, E> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E }

export const ok = <T>(value: T): Result<T, never> => ({ ok: true, value })
export const err = <E>(error: E): Result<never, E> => ({ ok: false, error })

/** What `read` gives, or `otherwise` where it throws. Who calls it says why that is no error. */
export function orElse<T, Other>(read: () => T, otherwise: Other): T | Other {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** Marks a branch that the types say is unreachable; a new union member then fails to compile. */
export function assertNever(x: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(x)}`)
}

/** Throws when something that cannot be, is. A bug, never a user's mistake. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`invariant: ${message}`)
}
