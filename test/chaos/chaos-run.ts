/** One graph under fire: `yard run` is killed at random moments and started again at once, until the graph is done. */
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { makeYardFolder, openBenchYard, type YardFolder } from '../bench/bench-yard.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { chaosGraph, writeGraph } from './chaos-graph.ts'
import { brokenPromises, parseLedger, type Believed } from './ledger.ts'
import { CHAOS_VARIABLE, livingOf, type Living } from './processes.ts'
import { startYard, yard, type CommandPlace } from './yard-command.ts'

export interface ChaosOptions {
  readonly random: SeededRandom
  readonly tasks: number
  /** At most so many kills of the owner. */
  readonly kills: number
  /** Tasks whose first try fails; each costs a back-off of 10 s. */
  readonly failing: number
  /** Launchers, supervisors and agents that die beside the owners; the last two cost a back-off. */
  readonly others: readonly Exclude<Living['role'], 'owner' | 'other'>[]
}

export interface ChaosOutcome {
  readonly ownersKilled: number
  readonly othersKilled: number
  readonly agents: number
  /** Agents that ended while no owner lived. */
  readonly endedAlone: number
  readonly broken: readonly string[]
}

interface Absence {
  readonly from: number
  readonly until: number
}

const AT_REST_MS = 240_000
const GONE_MS = 60_000

export async function runChaos(options: ChaosOptions): Promise<ChaosOutcome> {
  const folder = await makeYardFolder('[coordinator]\nmax_agents = 4\n')
  const base = dirname(folder.paths.root)
  const locks = join(base, 'locks')
  mkdirSync(locks)
  const graph = chaosGraph(options.random, options.tasks, { failing: options.failing })
  const { ledger, graphFile } = writeGraph(base, locks, graph)
  const env = { ...folder.env, YARD_DEV: '1', [CHAOS_VARIABLE]: base }
  const place: CommandPlace = { root: folder.paths.root, env }
  try {
    const imported = await yard(place, 'import', graphFile)
    if (imported.code !== 0) throw new Error(`import: ${imported.stderr}`)
    const fought = await fight(place, { mark: base, ledger }, options)
    const left = await untilGone(base)
    const notes = parseLedger(readFileSync(ledger, 'utf8'))
    const believed = await believedBy(folder)
    return {
      ownersKilled: fought.ownersKilled,
      othersKilled: fought.othersKilled,
      agents: believed.agents.length,
      endedAlone: countAlone(believed, fought.absences),
      broken: [
        ...fought.broken,
        ...left.map(({ pid, command }) => `process ${pid} is left: ${command}`),
        ...journalGaps(believed),
        ...brokenPromises(graph, notes, believed),
      ],
    }
  } finally {
    for (const { pid } of livingOf(base)) killQuietly(pid)
    folder.remove()
  }
}

interface Fought {
  ownersKilled: number
  othersKilled: number
  readonly absences: Absence[]
  readonly broken: string[]
}

async function fight(
  place: CommandPlace,
  { mark, ledger }: { readonly mark: string; readonly ledger: string },
  options: ChaosOptions,
): Promise<Fought> {
  const { random, kills } = options
  const fought: Fought = { ownersKilled: 0, othersKilled: 0, absences: [], broken: [] }
  const others = [...options.others]
  for (;;) {
    const owner = startYard(place, 'run')
    const isLast = fought.ownersKilled >= kills
    const victim = others.pop()
    const life = new AbortController()
    if (victim) {
      await Promise.race([owner.ended, killMoment(ledger, random, life.signal)])
      await killOne(mark, victim, random, fought)
    }
    const ended = await Promise.race([
      owner.ended,
      isLast ? sleep(AT_REST_MS, life.signal) : killMoment(ledger, random, life.signal),
    ])
    life.abort()
    if (typeof ended === 'object') {
      if (ended.code !== 0) fought.broken.push(`yard run ended with ${ended.code}: ${ended.stderr}`)
      return fought
    }
    owner.child.kill('SIGKILL')
    await owner.ended
    if (isLast) {
      fought.broken.push(`not at rest within ${AT_REST_MS / 1000} s`)
      return fought
    }
    fought.ownersKilled += 1
    const from = Date.now()
    // Mostly at once; sometimes late enough for agents to end alone.
    if (random.chance(0.4)) await delay(random.int(200, 800))
    fought.absences.push({ from, until: Date.now() })
  }
}

/** A third die while they start, the others some time after they were seen to work. */
async function killMoment(
  ledger: string,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<'time is up'> {
  const isEarly = random.chance(1 / 3)
  const afterMs = random.int(20, 800)
  if (!isEarly) await untilGrown(ledger, signal)
  return sleep(afterMs, signal)
}

async function untilGrown(file: string, signal: AbortSignal): Promise<void> {
  const { size } = statSync(file)
  while (!signal.aborted && statSync(file).size === size) await sleep(10, signal)
}

/** Ends early, without an error, when nobody waits any more. */
const sleep = (ms: number, signal: AbortSignal): Promise<'time is up'> =>
  delay(ms, 'time is up' as const, { signal }).catch(() => 'time is up' as const)

/** Waits a while for one of that role to appear. */
async function killOne(
  mark: string,
  role: Living['role'],
  random: SeededRandom,
  fought: Fought,
): Promise<void> {
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const living = livingOf(mark).filter((one) => one.role === role)
    if (living.length > 0) {
      killQuietly(random.pick(living).pid)
      fought.othersKilled += 1
      return
    }
    await delay(10)
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // gone by itself meanwhile
  }
}

/** The launcher goes by itself when its owner is gone; agents of an ended graph are over. */
async function untilGone(mark: string): Promise<Living[]> {
  const deadline = performance.now() + GONE_MS
  let left = livingOf(mark)
  while (left.length > 0 && performance.now() < deadline) {
    await delay(50)
    left = livingOf(mark)
  }
  return left
}

type Evidence = Believed & { readonly seqs: readonly number[] }

async function believedBy(folder: YardFolder): Promise<Evidence> {
  const opened = await openBenchYard(folder, { runsAgents: false })
  try {
    const done = [...opened.plan.tasks.values()].filter(({ state }) => state.kind === 'done')
    return {
      agents: opened.store.agents({ which: 'all' }),
      doneTasks: new Set(done.map(({ id }) => id)),
      seqs: opened.store.journal(0, 1_000_000).map(({ seq }) => seq),
    }
  } finally {
    await opened.close()
  }
}

const journalGaps = ({ seqs }: Evidence): string[] =>
  seqs.every((seq, i) => seq === i + 1) ? [] : ['the journal has gaps']

/** By the time of their exit files; the owner that died may have had no time to notice either. */
const countAlone = ({ agents }: Believed, absences: readonly Absence[]): number =>
  agents.filter(({ endedAt }) =>
    absences.some(({ from, until }) => endedAt !== null && endedAt >= from && endedAt <= until),
  ).length
