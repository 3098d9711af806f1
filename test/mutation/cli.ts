/**
 * `npm run mutate [-- --only NAME | --area AREA | --by simulation|tests|both | --again | --jobs N | --histories N | --limit SECONDS]`:
 * plants each shipped fault on a copy of the project and prints who catches it. What was asked of the same sources before is
 * not asked again, unless with `--again`.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { placesOf, readFaults, type Fault } from './faults.ts'
import { isJudge, makeCopy, type Caught, type PlantOptions } from './plant.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NOTES = join(ROOT, '.cache/mutate')

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    area: { type: 'string' },
    again: { type: 'boolean', default: false },
    /** Who is asked; without it the tests are, where the simulation has not caught the fault. */
    by: { type: 'string', default: 'either' },
    jobs: { type: 'string', default: '2' },
    histories: { type: 'string', default: '120' },
    limit: { type: 'string', default: '600' },
  },
})

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const options: PlantOptions = {
  histories: Number(values.histories),
  steps: 250,
  by: isJudge(values.by) ? values.by : 'either',
  limitMs: 1000 * Number(values.limit),
}
const { only, area } = values
const faults = readFaults().filter(
  (fault) => (only?.includes(fault.name) ?? true) && (area === undefined || fault.area === area),
)
const isSound = options.limitMs > 0 && options.histories > 0 && Number(values.jobs) >= 1
if (faults.length === 0 || !isSound || !isJudge(values.by)) {
  process.stderr.write('mutate: there is no such fault, judge or number\n')
  process.exit(2)
}
const sources = fingerprint()
const results = new Map<string, Caught>()
const misplaced = faults.filter((fault) => placesOf(fault, ROOT) !== 1)
const waiting = faults.filter((fault) => !misplaced.includes(fault))
await checkSound()
await Promise.all(Array.from({ length: Number(values.jobs) }, work))
report()

async function checkSound(): Promise<void> {
  const isKnown = waiting.every((fault) => !values.again && noted(fault) !== null)
  if (isKnown) return
  const copy = makeCopy(ROOT)
  const problem = await copy.checkSound(waiting, options).finally(copy.remove)
  if (problem === null) return
  process.stderr.write(`mutate: without any fault these fail: ${problem}\n`)
  process.exit(1)
}

async function work(): Promise<void> {
  const copy = makeCopy(ROOT)
  try {
    for (let fault = waiting.shift(); fault; fault = waiting.shift()) {
      const caught = (values.again ? null : noted(fault)) ?? (await copy.ask(fault, options))
      note(fault, caught)
      results.set(fault.name, caught)
      say(`${who(caught).padEnd(11)} ${fault.name.padEnd(36)} ${caught.words}`)
    }
  } finally {
    copy.remove()
  }
}

function who({ simulation, tests }: Caught): string {
  if (simulation !== null && simulation !== 'held')
    return simulation === 'hung' ? 'hung' : 'simulation'
  return tests === null || tests === 'held' ? 'NOBODY' : 'tests'
}

function report(): void {
  say(`\n${'area'.padEnd(10)} ${'faults'.padStart(6)} ${'simulation'.padStart(10)} tests nobody`)
  const line = (name: string, some: readonly Fault[]): void => {
    const answers = some.flatMap((fault) => results.get(fault.name) ?? [])
    const count = (is: string): number => answers.filter((one) => who(one) === is).length
    const bySimulation = count('simulation') + count('hung')
    say(
      `${name.padEnd(10)} ${String(some.length).padStart(6)} ${String(bySimulation).padStart(10)} ${String(count('tests')).padStart(5)} ${String(count('NOBODY')).padStart(6)}`,
    )
  }
  for (const name of new Set(faults.map((fault) => fault.area)))
    line(
      name,
      faults.filter((fault) => fault.area === name),
    )
  line('all', faults)
  for (const { name, file } of misplaced)
    say(`${name}: its text does not stand exactly once in ${file}`)
  const isWhole = [...results.values()].every((caught) => who(caught) !== 'NOBODY')
  process.exitCode = isWhole && misplaced.length === 0 ? 0 : 1
}

/** Of all that a run reads. */
function fingerprint(): string {
  const hash = createHash('sha256').update(JSON.stringify(options))
  for (const folder of ['src', 'test', 'resources'])
    for (const entry of readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile() && !entry.parentPath.endsWith('faults'))
        hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)))
  return hash.digest('hex')
}

function noted(fault: Fault): Caught | null {
  const file = join(NOTES, `${fault.name}.json`)
  if (!existsSync(file)) return null
  const { of, caught } = JSON.parse(readFileSync(file, 'utf8')) as { of: string; caught: Caught }
  return of === keyOf(fault) ? caught : null
}

function note(fault: Fault, caught: Caught): void {
  mkdirSync(NOTES, { recursive: true })
  writeFileSync(join(NOTES, `${fault.name}.json`), JSON.stringify({ of: keyOf(fault), caught }))
}

function keyOf(fault: Fault): string {
  return createHash('sha256').update(sources).update(JSON.stringify(fault)).digest('hex')
}
