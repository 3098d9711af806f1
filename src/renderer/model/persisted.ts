/** What this browser keeps of the page beside its preferences: it is read through a schema, and what cannot be read or kept is as if it never was. */
import type { z } from 'zod'

type Where = 'localStorage' | 'sessionStorage'

export function readPersisted<T>(where: Where, key: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(window[where].getItem(key) ?? 'null'))
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
