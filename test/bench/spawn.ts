/** What it costs to run a thousand programs that do nothing, beside `make -j4` doing the same, turn about in one run. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TaskId } from '../../src/domain/ids.ts'
import type { NewTask } from '../../src/domain/task.ts'
import type { Yard } from '../../src/yard/yard.ts'
import {
  importTasks,
  makeYardFolder,
  openBenchYard,
  send,
  untilDone,
  type YardFolder,
} from './bench-yard.ts'
import { median, timed } from './measure.ts'
import { mixedGraph } from './mixed-graph.ts'
import type { Bench } from './report.ts'

const COUNT = 1000
const CAP = 4
const TURNS = 3
const BIG = 100_000

export const spawn: Bench = {
  name: 'spawn',
  about: `${COUNT} \`true\` tasks at cap ${CAP} against make -j${CAP}, also with a yard of 100,000 tasks`,
  async run() {
    const [small, big] = await inFolders<[Beside, Beside]>(async (one, other) => [
      await beside(one, 0),
      await beside(other, BIG),
    ])
    return [
      {
        what: `make -j${CAP}, ${COUNT} targets (median of ${TURNS})`,
        value: small.makeMs,
        unit: 'ms',
      },
      { what: 'yard, small', value: small.yardMs, unit: 'ms' },
      { what: 'yard, beside 100,000 other tasks', value: big.yardMs, unit: 'ms' },
      { what: 'small against make', value: small.factor, unit: '×', target: { max: 12 } },
      { what: 'big against make', value: big.factor, unit: '×', target: { max: 12 } },
      {
        what: 'big against small',
        value: big.factor / small.factor,
        unit: '×',
        target: { max: 1.1 },
      },
    ]
  },
}

/** Removed together at the end: ext4 gives no inode out again within minutes, and a run after a removal pays for passing them over. */
async function inFolders<T>(run: (one: YardFolder, other: YardFolder) => Promise<T>): Promise<T> {
  const [one, other] = [await makeYardFolder(), await makeYardFolder()]
  try {
    return await run(one, other)
  } finally {
    one.remove()
    other.remove()
  }
}

interface Beside {
  readonly makeMs: number
  readonly yardMs: number
  readonly factor: number
}

/** Turn about with make, so that both meet the same machine. The others are drafts: held in memory, never started. */
async function beside(folder: YardFolder, others: number): Promise<Beside> {
  const yard = await openBenchYard(folder, { maxAgents: CAP })
  const made: number[] = []
  const ran: number[] = []
  try {
    await importTasks(yard, drafts(others))
    for (let turn = 0; turn < TURNS; turn += 1) {
      made.push(make())
      ran.push(await runBatch(yard, turn))
    }
  } finally {
    await yard.close()
  }
  const [makeMs, yardMs] = [median(made), median(ran)]
  return { makeMs, yardMs, factor: yardMs / makeMs }
}

function* drafts(count: number): Generator<NewTask> {
  for (const task of mixedGraph(count, 'true')) yield { ...task, paused: true }
}

async function runBatch(yard: Yard, turn: number): Promise<number> {
  await send(yard, { type: 'yard.pause' })
  await importTasks(yard, trues(turn))
  const done = untilDone(yard, COUNT)
  return timed(async () => {
    await send(yard, { type: 'yard.resume' })
    await done
  })
}

function* trues(turn: number): Generator<NewTask> {
  for (let i = 0; i < COUNT; i += 1)
    yield { id: `r${turn}-${i}` as TaskId, title: `true ${i}`, exec: 'true' }
}

/** Each target's line goes through the shell, as a task's does: the colon keeps make from running `true` by itself. */
function make(): number {
  const folder = mkdtempSync(join(tmpdir(), 'yard-bench-make-'))
  const targets = Array.from({ length: COUNT }, (_, i) => `t${i}`)
  const rules = targets.map((name) => `${name}:\n\t@true; :\n`)
  writeFileSync(join(folder, 'Makefile'), `all: ${targets.join(' ')}\n${rules.join('')}`)
  const from = performance.now()
  const { status, error } = spawnSync('make', [`-j${CAP}`, '-C', folder, '-s'], {
    stdio: 'inherit',
  })
  const took = performance.now() - from
  rmSync(folder, { recursive: true })
  if (status !== 0) throw error ?? new Error(`make ended with ${status}`)
  return took
}
