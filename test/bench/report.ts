/** What a bench found: one row per figure, printed as a table and written as JSON beside those of earlier runs. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './bench-yard.ts'
import { machine } from './measure.ts'

export interface Row {
  readonly what: string
  readonly value: number
  readonly unit: string
  /** The most (`max`) or least (`min`) that the project asks of itself; absent for figures that only inform. */
  readonly target?: { readonly max: number } | { readonly min: number }
}

export interface Bench {
  readonly name: string
  readonly about: string
  run(): Promise<readonly Row[]>
}

export function tell(name: string, rows: readonly Row[]): void {
  const lines = rows.map(({ what, value, unit, target }) => ({
    what,
    measured: `${rounded(value)} ${unit}`,
    target: target === undefined ? '' : targetText(target),
    '': target === undefined ? '' : isMet(value, target) ? 'met' : 'MISSED',
  }))
  console.table(lines)
  const folder = join(PROJECT, '.cache', 'bench')
  mkdirSync(folder, { recursive: true })
  const record = { name, at: new Date().toISOString(), machine: machine(), rows }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`)
}

const targetText = (target: NonNullable<Row['target']>): string =>
  'max' in target ? `≤ ${target.max}` : `≥ ${target.min}`

export const isMet = (value: number, target: NonNullable<Row['target']>): boolean =>
  'max' in target ? value <= target.max : value >= target.min

export const rounded = (value: number): number =>
  value >= 100 ? Math.round(value) : Math.round(value * 100) / 100
