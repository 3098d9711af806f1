/** Pieces of journal rows, read with care: an older or newer program may have written them. */
import type { ShownState } from '../../domain/task.ts'
import { oneLine } from '../views/task-fact.ts'

export interface RowText {
  readonly text: string
  readonly agent: string | null
  /** The shown state whose tone it has. */
  readonly state: ShownState | null
  /** When what it began will end by itself, ms. */
  readonly until: number | null
}

/** A field of something that was written by this program, but maybe by an older one. */
export const part = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? oneLine(value) : null
/** What people and agents say to each other is told whole, as far as a line of a list can hold it. */
export const saidOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? clip(value.replace(/\s+/g, ' ').trim()) : null
const MOST_SIGNS = 2000
const clip = (text: string): string =>
  text.length > MOST_SIGNS ? `${text.slice(0, MOST_SIGNS - 1)}…` : text
export const reasonOf = (failure: unknown): string =>
  textOf(part(failure, 'reason')) ?? 'no reason told'
