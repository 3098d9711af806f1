/**
 * The world outside the coordinator, which no crash of it can touch: the agents' folders, and processes that live, lie and die.
 * A folder's `pid` is created exclusively, by a supervisor that begins or by whoever fences it out.
 */
import type { Evidence } from '../../src/domain/completion.ts'
import type { LaunchOrder } from '../../src/domain/executor.ts'
import { workFailure } from '../../src/domain/failure.ts'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { evidenceOf } from '../support/plan-builder.ts'

const TOKENS_A_STEP = 50

/** What a process is going to do, decided when it begins. */
const NATURES = {
  good: 40,
  fails: 8,
  crashes: 8,
  /** Exit 0, but its CLI's last word was an error. */
  lies: 5,
  /** Exit 0, nothing done, nothing said. */
  idles: 5,
  /** Never ends by itself. */
  hangs: 6,
  /** Never ends, and ignores the polite signal. */
  stubborn: 4,
  /** It and its supervisor vanish without an exit. */
  vanishes: 6,
  quota: 5,
  overload: 5,
  auth: 8,
} as const
type Nature = keyof typeof NATURES

export interface Process {
  readonly pid: number
  readonly agentId: AgentId
  readonly taskId: TaskId
  readonly generation: number
  readonly nature: Nature
  readonly provider: string | null
  /** Tokens so far. */
  used: number
  stepsLeft: number
  isAlive: boolean
}

interface Folder {
  pid: number | 'fence' | null
  exit: Partial<Evidence> | null
}

export type Sight = 'nothing yet' | 'fenced' | 'alive' | 'gone' | 'exited'

export interface World {
  readonly processes: ReadonlyMap<number, Process>
  readonly alive: readonly Process[]
  /** Supervisors that were forked and have not begun; they outlive whoever forked them. */
  readonly onTheWay: LaunchOrder[]
  /** Told when something changes in an agent's folder; the watch of the living owner. */
  onChange: ((id: AgentId) => void) | null
  /** Providers that send everybody away. */
  readonly down: Set<string>
  /** From now on every process that begins is good, and every provider is well. */
  calm(): void
  fork(order: LaunchOrder): void
  /** A supervisor begins: it runs its agent only if it could create `pid`. */
  arrive(index: number): void
  /** Creates `pid` for nobody; false when it is there already. */
  fence(id: AgentId): boolean
  see(id: AgentId): { readonly sight: Sight; readonly process: Process | null }
  evidence(id: AgentId): Partial<Evidence>
  /** A process goes on a little; it may end. */
  step(process: Process): void
  signal(process: Process): void
  kill(process: Process): void
}

export function createWorld(random: SeededRandom): World {
  const folders = new Map<AgentId, Folder>()
  const processes = new Map<number, Process>()
  let weights: Readonly<Record<Nature, number>> = NATURES
  let pids = 1000
  const folderOf = (id: AgentId): Folder => {
    let folder = folders.get(id)
    if (!folder) folders.set(id, (folder = { pid: null, exit: null }))
    return folder
  }
  const end = (process: Process, exit: Partial<Evidence> | null): void => {
    process.isAlive = false
    folderOf(process.agentId).exit = exit
    world.onChange?.(process.agentId)
  }
  const world: World = {
    processes,
    get alive() {
      return [...processes.values()].filter((process) => process.isAlive)
    },
    onTheWay: [],
    onChange: null,
    down: new Set(),
    calm() {
      weights = { ...QUIET, good: 1 }
      world.down.clear()
    },
    fork: (order) => void world.onTheWay.push(order),
    arrive(index) {
      const [order] = world.onTheWay.splice(index, 1)
      if (!order) return
      const { id: agentId, taskId, generation, provider } = order.agent
      const folder = folderOf(agentId)
      if (folder.pid !== null) return
      const pid = (pids += 1)
      folder.pid = pid
      const nature = random.weighted(weights)
      const stepsLeft = random.int(0, 6)
      const isAlive = true
      const who = { pid, agentId, taskId, generation, provider }
      processes.set(pid, { ...who, nature, stepsLeft, isAlive, used: 0 })
      world.onChange?.(agentId)
    },
    fence(id) {
      const folder = folderOf(id)
      if (folder.pid !== null) return false
      folder.pid = 'fence'
      return true
    },
    see(id) {
      const { pid, exit } = folderOf(id)
      if (exit) return { sight: 'exited', process: null }
      if (pid === null) return { sight: 'nothing yet', process: null }
      if (pid === 'fence') return { sight: 'fenced', process: null }
      const process = processes.get(pid) ?? null
      return process?.isAlive ? { sight: 'alive', process } : { sight: 'gone', process: null }
    },
    evidence: (id) => folderOf(id).exit ?? {},
    step(process) {
      if (!process.isAlive || process.nature === 'hangs' || process.nature === 'stubborn') return
      if (process.provider !== null) process.used += TOKENS_A_STEP
      if (world.down.has(process.provider ?? '')) return end(process, ENDS.overload)
      process.stepsLeft -= 1
      if (process.stepsLeft < 0) end(process, ENDS[process.nature])
    },
    signal(process) {
      if (process.isAlive && process.nature !== 'stubborn')
        end(process, { exit: { code: null, signal: 'SIGTERM' } })
    },
    kill(process) {
      if (process.isAlive) end(process, null)
    },
  }
  return world
}

const QUIET = Object.fromEntries(Object.keys(NATURES).map((key) => [key, 0])) as Record<Nature, 0>
const failed = { exit: { code: 1, signal: null } }

/** What each nature leaves behind; null = no exit at all. */
const ENDS: Readonly<Record<Nature, Partial<Evidence> | null>> = {
  good: evidenceOf(),
  fails: failed,
  crashes: { exit: { code: null, signal: 'SIGSEGV' } },
  lies: { finalExpected: true, final: { ok: false, text: 'I gave up' } },
  idles: { finalExpected: true, final: { ok: true, text: '' }, work: 'none', needsWork: true },
  hangs: null,
  stubborn: null,
  vanishes: null,
  quota: { ...failed, failure: workFailure('quota', 'come back later') },
  overload: { ...failed, failure: workFailure('overload', 'too many of you') },
  auth: { ...failed, failure: workFailure('auth', 'who are you') },
}
