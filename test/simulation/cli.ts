/** `npm run simulate -- --histories N --seed S --steps K`: as many histories as one likes. */
import { parseArgs } from 'node:util'
import { isStepName } from './steps.ts'
import { explain, simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '300' },
    without: { type: 'string', default: '' },
    learns: { type: 'boolean', default: false },
    /** Agents that end badly, and models that say what becomes of their tasks. */
    triages: { type: 'boolean', default: false },
    /** Members in all histories, where else every fourth has them. */
    mails: { type: 'boolean', default: false },
  },
})
const [histories, seed, steps] = [values.histories, values.seed, values.steps].map(Number)
if (![histories, seed, steps].every((n) => Number.isSafeInteger(n) && Number(n) >= 0)) {
  process.stderr.write('simulate: --histories, --seed and --steps are whole numbers\n')
  process.exit(2)
}
const without = values.without.split(',').filter((name) => name !== '')
const unknown = without.find((name) => !isStepName(name))
if (unknown !== undefined) {
  process.stderr.write(`simulate: --without: there is no step ${JSON.stringify(unknown)}\n`)
  process.exit(2)
}
const began = performance.now()
let done = 0
let restarts = 0
let agents = 0
const broken = await simulate({
  histories: Number(histories),
  seed: Number(seed),
  steps: Number(steps),
  without: without.filter(isStepName),
  learns: values.learns,
  triages: values.triages,
  ...(values.mails ? { mails: true } : {}),
  onHistory(history) {
    done += 1
    restarts += history.restarts
    agents += history.agents
    if (done % 100 === 0) process.stderr.write(`${done} histories\n`)
  },
})
const seconds = ((performance.now() - began) / 1000).toFixed(1)
process.stdout.write(
  broken
    ? `${explain(broken)}\n`
    : `${done} histories held every promise: ${agents} processes, ${restarts} restarts, ${seconds} s\n`,
)
process.exitCode = broken ? 1 : 0
