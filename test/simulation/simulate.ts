/** Many histories in a row, until one breaks a promise. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeTemplate, runHistory, type History, type HistoryOptions } from './history.ts'

export interface Simulation {
  readonly histories: number
  readonly seed: number
  readonly steps: number
  readonly planted?: HistoryOptions['planted']
  readonly learns?: boolean
  readonly triages?: boolean
  readonly mails?: boolean
  readonly without?: HistoryOptions['without']
  readonly onHistory?: (history: History) => void
}

/** The first history that broke a promise; null when all held. */
export async function simulate(simulation: Simulation): Promise<History | null> {
  const folder = mkdtempSync(join(tmpdir(), 'yard-simulation-'))
  try {
    const template = await makeTemplate(folder)
    for (let i = 0; i < simulation.histories; i += 1) {
      const { steps, planted = {}, without = [], learns = false, triages = false } = simulation
      const seed = simulation.seed + i
      const history = await runHistory({
        seed,
        steps,
        folder,
        template,
        planted,
        without,
        learns,
        triages,
        ...(simulation.mails === undefined ? {} : { mails: simulation.mails }),
      })
      simulation.onHistory?.(history)
      if (history.violation) return history
    }
    return null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What to show of a history that failed. */
export const explain = (history: History): string =>
  [
    `seed ${history.seed} broke ${history.violation?.message ?? 'nothing'} at step ${history.steps}`,
    `again: npm run simulate -- --histories 1 --seed ${history.seed}${history.flags}`,
    ...history.trace.slice(-30).map((line) => `  ${line}`),
  ].join('\n')
