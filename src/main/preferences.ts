/** What the person wants of the app itself. Kept in the user's data folder; opening at login is asked of the system. */
import { nativeTheme } from 'electron'
import { z } from 'zod'
import type { DesktopPreferences, DesktopTheme } from '../contract/desktop.ts'
import { readKept, writeKept } from './kept-file.ts'
import type { LoginItem } from './login-item.ts'

const keptSchema = z.object({
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
export type PreferencesChange = z.infer<typeof preferencesChangeSchema>

export interface Preferences {
  get(): DesktopPreferences
  /** Throws where it cannot be written. */
  set(change: PreferencesChange): DesktopPreferences
  /** What the page looks like; the next window begins with it. */
  setTheme(theme: DesktopTheme): void
}

export function createPreferences(file: string, loginItem: LoginItem): Preferences {
  let kept = readKept(file, keptSchema) ?? keptSchema.parse({})
  nativeTheme.themeSource = kept.theme
  const get = (): DesktopPreferences => {
    const { theme: _theme, ...notifications } = kept
    return { ...notifications, openAtLogin: loginItem.isSet() }
  }
  return {
    get,
    set({ openAtLogin, ...change }) {
      if (openAtLogin !== undefined && openAtLogin !== loginItem.isSet()) loginItem.set(openAtLogin)
      const next = keptSchema.parse({ ...kept, ...change })
      if (Object.keys(change).length > 0) writeKept(file, next)
      kept = next
      return get()
    },
    setTheme(theme) {
      if (theme === kept.theme) return
      kept = { ...kept, theme }
      nativeTheme.themeSource = theme
      writeKept(file, kept)
    },
  }
}
