/** What a row of the journal is told as, and its pieces, read with care: an older or newer program may have written them. */
import { oneLine as toOneLine } from '../../base/text.ts'
import type { ShownState } from '../../domain/graph/shown-state.ts'
import type { StoredRow } from '../../store/journal.ts'
import { oneLine } from '../views/task-fact.ts'

export interface RowContext {
  readonly now: number
  titleOf(taskId: string): string
  /** Stored status of the row's task before it. */
  statusBefore(): string | null
  /** Whether the row is a person's answer, for which its task waited. */
  isAnswer(): boolean
  /** As the row's task says it now. */
  maxAttempts(): number | null
  /** Under which name that agent has claimed its task; null = under none. */
  claimerOf(agent: string): string | null
  /** Whether the row's agent held its task until then, and left it open again. */
  hasGivenBack(): boolean
}

export interface RowText {
  readonly text: string
  readonly agent: string | null
  /** The shown state whose tone it has. */
  readonly state: ShownState | null
  /** When what it began will end by itself, ms. */
  readonly until: number | null
}

export type RowPart = Partial<RowText>
export type RowReader = (row: StoredRow, context: RowContext) => RowPart

/** A field of something that was written by this program, but maybe by an older one. */
export const part = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

export const numberOf = (value: unknown): number | null =>
  typeof value === 'number' ? value : null

export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? oneLine(value) : null

/** What people and agents say to each other is told whole, as far as a line of a list can hold it. */
export const saidOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? toOneLine(value, MOST_SIGNS) : null
const MOST_SIGNS = 2000

export const reasonOf = (failure: unknown): string =>
  textOf(part(failure, 'reason')) ?? 'no reason given'
