/** Preferences of the app itself, in a file in the user's data folder. Opening at login is a setting of the system. */
import { z } from 'zod'
import type { DesktopPreferences, DesktopTheme } from '../contract/desktop.ts'
import { readJson, writeJson } from './json-file.ts'
import type { LoginItem } from './login-item.ts'

const storedSchema = z.object({
  notifyNeedsYou: z.boolean().default(true),
  notifyFailed: z.boolean().default(true),
  notifyAllDone: z.boolean().default(true),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
})

export const preferencesChangeSchema = z
  .strictObject({
    notifyNeedsYou: z.boolean(),
    notifyFailed: z.boolean(),
    notifyAllDone: z.boolean(),
    openAtLogin: z.boolean(),
  })
  .partial()
type PreferencesChange = z.infer<typeof preferencesChangeSchema>

export interface Preferences {
  get(): DesktopPreferences
  /** Throws where it cannot be written. */
  set(change: PreferencesChange): DesktopPreferences
  /** What the page looks like; the next window begins with it. */
  setTheme(theme: DesktopTheme): void
}

interface PreferencesParts {
  readonly file: string
  readonly loginItem: LoginItem
  /** Called at the start and after each change. */
  readonly applyTheme: (theme: DesktopTheme) => void
}

export function createPreferences({ file, loginItem, applyTheme }: PreferencesParts): Preferences {
  let stored = readJson(file, storedSchema) ?? storedSchema.parse({})
  applyTheme(stored.theme)
  const get = (): DesktopPreferences => {
    const { theme: _theme, ...notifications } = stored
    return { ...notifications, openAtLogin: loginItem.isSet() }
  }
  return {
    get,
    set({ openAtLogin, ...change }) {
      if (openAtLogin !== undefined && openAtLogin !== loginItem.isSet()) loginItem.set(openAtLogin)
      const next = storedSchema.parse({ ...stored, ...change })
      if (Object.keys(change).length > 0) writeJson(file, next)
      stored = next
      return get()
    },
    setTheme(theme) {
      if (theme === stored.theme) return
      stored = { ...stored, theme }
      applyTheme(theme)
      writeJson(file, stored)
    },
  }
}
