/** All migrations, oldest first. Forward only; never edited after a release. */
import { first } from './0001-first.ts'
import { window } from './0002-window.ts'
import { spent } from './0003-spent.ts'
import { atLeast } from './0004-at-least.ts'

export interface Migration {
  readonly number: number
  readonly title: string
  readonly sql: string
}

export const MIGRATIONS: readonly Migration[] = [first, window, spent, atLeast]
