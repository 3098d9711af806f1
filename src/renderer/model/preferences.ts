/** How this person likes the window, kept in this browser or app. A value that cannot be read is the default. */
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { type Fields, fieldsOf, isListOf, isNumber, isRecordOf, isText } from './reading.ts'

export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark'
  readonly isRailOpen: boolean | null
  /** With nothing chosen it tells about the yard. */
  readonly isInspectorOpen: boolean
  /** It takes the whole window between title and status bar. */
  readonly isInspectorFull: boolean
  readonly inspectorWidth: number
  readonly drawerHeight: number
  readonly isDrawerOpen: boolean
  readonly drawerTab: 'journal' | 'log' | 'problems'
  readonly isTimeOpen: boolean
  readonly isMinimapOpen: boolean
  /** Keys without a modifier. */
  readonly singleKeys: boolean
  readonly wheelZooms: boolean
  readonly direction: 'right' | 'down'
  /** Keys that a person changed, by command; an empty list turns them off. */
  readonly keys: Record<string, string[]>
  readonly notifyNeedsYou: boolean
  readonly notifyFailed: boolean
  readonly notifyAllDone: boolean
  /** The offer to allow notifications was made. */
  readonly isAskedToNotify: boolean
  /** Attention that sleeps, by its key, until an instant in ms. */
  readonly snoozed: Record<string, number>
  /** Columns of the tasks table, in order. */
  readonly taskColumns: string[] | null
  /** Of a file's changes: one below the other, or side by side. */
  readonly diffLook: 'unified' | 'split'
  /** Of the output's lines: their numbers, and when they came. */
  readonly hasLineNumbers: boolean
  readonly hasLineTimes: boolean
  /** Lately used commands of the palette, newest first. */
  readonly recentCommands: string[]
}

const isFlag = (value: unknown): value is boolean => typeof value === 'boolean'

const kept =
  <T, D>(isOne: (value: unknown) => value is T, otherwise: D) =>
  (value: unknown): T | D =>
    isOne(value) ? value : otherwise

const oneOf =
  <const T extends string>(words: readonly T[], otherwise: T) =>
  (value: unknown): T =>
    words.find((word) => word === value) ?? otherwise

const within =
  (least: number, most: number, otherwise: number) =>
  (value: unknown): number =>
    isNumber(value) && value >= least && value <= most ? value : otherwise

/** Each with what it is when nothing, or nothing that can be read, was kept. */
const READ: { readonly [K in keyof Preferences]: (kept: unknown) => Preferences[K] } = {
  theme: oneOf(['system', 'light', 'dark'], 'system'),
  isRailOpen: kept(isFlag, null),
  isInspectorOpen: kept(isFlag, false),
  isInspectorFull: kept(isFlag, false),
  inspectorWidth: within(320, 720, 380),
  drawerHeight: within(120, 1200, 240),
  isDrawerOpen: kept(isFlag, false),
  drawerTab: oneOf(['journal', 'log', 'problems'], 'journal'),
  isTimeOpen: kept(isFlag, true),
  isMinimapOpen: kept(isFlag, true),
  singleKeys: kept(isFlag, true),
  wheelZooms: kept(isFlag, false),
  direction: oneOf(['right', 'down'], 'right'),
  keys: kept(isRecordOf(isListOf(isText)), {}),
  notifyNeedsYou: kept(isFlag, true),
  notifyFailed: kept(isFlag, true),
  notifyAllDone: kept(isFlag, true),
  isAskedToNotify: kept(isFlag, false),
  snoozed: kept(isRecordOf(isNumber), {}),
  taskColumns: kept(isListOf(isText), null),
  diffLook: oneOf(['unified', 'split'], 'unified'),
  hasLineNumbers: kept(isFlag, true),
  hasLineTimes: kept(isFlag, false),
  recentCommands: kept(isListOf(isText), []),
}

const KEY = 'yardmaster.preferences'

function read(): Preferences {
  const fields = keptFields()
  const entries = Object.entries(READ).map(([name, readOne]) => [name, readOne(fields[name])])
  return Object.fromEntries(entries) as Preferences // by the type of `READ`
}

function keptFields(): Fields {
  try {
    return fieldsOf(JSON.parse(localStorage.getItem(KEY) ?? '{}'))
  } catch {
    return {}
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
