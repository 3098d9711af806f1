/**
 * `npm run chaos -- [--rounds 50] [--seed S] [--races]`: kills owners until so many have died, over as many graphs as that
 * takes. With `--races`, 20 processes × 25 mutations at once besides, without and with a service.
 */
import { parseArgs } from 'node:util'
import { createSeededRandom } from '../support/seeded-random.ts'
import { raceMutations } from '../races/race-mutations.ts'
import { runChaos, type ChaosOptions, type ChaosOutcome } from './chaos-run.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    tasks: { type: 'string', default: '40' },
    races: { type: 'boolean', default: false },
  },
})

const KILLS_PER_GRAPH = 8
/** Of each four graphs: what dies beside the owner, and how many tasks fail at first. */
const MIX: readonly Pick<ChaosOptions, 'others' | 'failing'>[] = [
  { others: ['launcher', 'launcher'], failing: 0 },
  { others: [], failing: 2 },
  { others: ['supervisor', 'launcher'], failing: 0 },
  { others: ['agent'], failing: 0 },
]

async function main(rounds: number, seed: number, tasks: number): Promise<number> {
  const random = createSeededRandom(seed)
  const outcomes: ChaosOutcome[] = []
  const killed = (): number => sum(outcomes, ({ ownersKilled }) => ownersKilled)
  console.log(`chaos: seed ${seed}, ${rounds} kills, graphs of ${tasks} tasks`)
  while (killed() < rounds) {
    const mix = MIX[outcomes.length % MIX.length] ?? { others: [], failing: 0 }
    const kills = Math.min(KILLS_PER_GRAPH, rounds - killed())
    const outcome = await runChaos({ random, tasks, kills, ...mix })
    outcomes.push(outcome)
    console.log(`  graph ${outcomes.length}: ${told(outcome)}`)
    for (const sentence of outcome.broken.slice(0, 10)) console.log(`    BROKEN: ${sentence}`)
    if (outcome.broken.length > 0) break
  }
  const broken = sum(outcomes, (outcome) => outcome.broken.length)
  const total = {
    ownersKilled: killed(),
    othersKilled: sum(outcomes, ({ othersKilled }) => othersKilled),
    agents: sum(outcomes, ({ agents }) => agents),
    endedAlone: sum(outcomes, ({ endedAlone }) => endedAlone),
    broken: [],
  }
  const verdict = broken === 0 ? 'every promise held' : `${broken} BROKEN`
  console.log(`chaos: seed ${seed}, ${outcomes.length} graphs: ${told(total)}; ${verdict}`)
  return broken === 0 ? 0 : 1
}

function told({ ownersKilled, othersKilled, agents, endedAlone }: ChaosOutcome): string {
  return `${ownersKilled} owners and ${othersKilled} others killed, ${agents} agents, ${endedAlone} ended with no owner`
}

function sum(outcomes: readonly ChaosOutcome[], of: (outcome: ChaosOutcome) => number): number {
  return outcomes.reduce((total, outcome) => total + of(outcome), 0)
}

async function race(withService: boolean): Promise<number> {
  const { mutations, refused, lost, hasGaps } = await raceMutations({
    processes: 20,
    each: 25,
    withService,
  })
  for (const sentence of refused) console.log(`    refused: ${sentence}`)
  const where = withService ? 'with a service' : 'without a service'
  const gaps = hasGaps ? ', the journal has GAPS' : ''
  console.log(
    `races ${where}: ${mutations} mutations, ${refused.length} refused, ${lost.length} lost${gaps}`,
  )
  return refused.length + lost.length + (hasGaps ? 1 : 0)
}

const broken = await main(Number(values.rounds), Number(values.seed), Number(values.tasks))
const lost = values.races ? (await race(false)) + (await race(true)) : 0
process.exitCode = broken + lost === 0 ? 0 : 1
