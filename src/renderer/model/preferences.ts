/** How this person likes the window, kept in this browser or app. A value that cannot be read is the default. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { z } from 'zod'

const preferencesSchema = z.object({
  theme: z.enum(['system', 'light', 'dark']).catch('system'),
  isRailOpen: z.boolean().nullable().catch(null),
  /** With nothing chosen it tells about the yard. */
  isInspectorOpen: z.boolean().catch(false),
  /** It takes the whole window between title and status bar. */
  isInspectorFull: z.boolean().catch(false),
  inspectorWidth: z.number().min(320).max(720).catch(380),
  drawerHeight: z.number().min(120).max(1200).catch(240),
  isDrawerOpen: z.boolean().catch(false),
  drawerTab: z.enum(['journal', 'log', 'problems']).catch('journal'),
  isTimeOpen: z.boolean().catch(true),
  isMinimapOpen: z.boolean().catch(true),
  /** Keys without a modifier. */
  singleKeys: z.boolean().catch(true),
  wheelZooms: z.boolean().catch(false),
  direction: z.enum(['right', 'down']).catch('right'),
  /** Keys that a person changed, by command; an empty list turns them off. */
  keys: z.record(z.string(), z.array(z.string())).catch({}),
  notifyNeedsYou: z.boolean().catch(true),
  notifyFailed: z.boolean().catch(true),
  notifyAllDone: z.boolean().catch(true),
  /** The offer to allow notifications was made. */
  isAskedToNotify: z.boolean().catch(false),
  /** Attention that sleeps, by its key, until an instant in ms. */
  snoozed: z.record(z.string(), z.number()).catch({}),
  /** Columns of the tasks table, in order. */
  taskColumns: z.array(z.string()).nullable().catch(null),
  /** Of a file's changes: one below the other, or side by side. */
  diffLook: z.enum(['unified', 'split']).catch('unified'),
  /** Of the output's lines: their numbers, and when they came. */
  hasLineNumbers: z.boolean().catch(true),
  hasLineTimes: z.boolean().catch(false),
  /** Lately used commands of the palette, newest first. */
  recentCommands: z.array(z.string()).catch([]),
})
export type Preferences = z.infer<typeof preferencesSchema>

const KEY = 'yardmaster.preferences'

function read(): Preferences {
  try {
    return preferencesSchema.parse(JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch {
    return preferencesSchema.parse({})
  }
}

const store = createStore<Preferences>(read)
export const getPreferences = (): Preferences => store.getState()
export const usePreferences = <T>(select: (preferences: Preferences) => T): T =>
  useStore(store, select)

export function setPreferences(change: Partial<Preferences>): void {
  store.setState(change)
  try {
    localStorage.setItem(KEY, JSON.stringify(store.getState()))
  } catch {
    // A full or forbidden storage: the choice holds until the page is closed.
  }
}
