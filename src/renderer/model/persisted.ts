/** What this browser keeps of the page beside its preferences: it is read by what knows its shape, and what cannot be read or kept is as if it never was. */
type Where = 'localStorage' | 'sessionStorage'

/** `read` gives null, or throws, where it is not what was kept. */
export function readPersisted<T>(
  where: Where,
  key: string,
  read: (value: unknown) => T | null,
): T | null {
  try {
    return read(JSON.parse(window[where].getItem(key) ?? 'null'))
  } catch {
    return null
  }
}

/** Null forgets it. */
export function keep(where: Where, key: string, value: unknown): void {
  try {
    if (value === null) window[where].removeItem(key)
    else window[where].setItem(key, JSON.stringify(value))
  } catch {
    // A full or forbidden storage: it holds until the page is closed.
  }
}
