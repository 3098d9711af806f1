/**
 * The world outside the coordinator, which no crash of it can touch: the agents' folders, and processes that live, lie and die.
 * A folder's `pid` is created exclusively, by a supervisor that begins or by whoever fences it out. What a process has really
 * done (when it lived, what it used, how it ended) stands here and nowhere else.
 */
import type { Evidence } from '../../src/domain/completion.ts'
import type { LaunchOrder } from '../../src/domain/executor.ts'
import { workFailure, type FailureClass } from '../../src/domain/failure.ts'
import type { AgentId, TaskId } from '../../src/domain/ids.ts'
import { evidenceOf } from '../support/plan-builder.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import type { Moment, SimTime } from './sim-time.ts'

const TOKENS_A_STEP = 50

/** What a process is going to do, decided when it begins. */
const NATURES = {
  good: 38,
  fails: 8,
  crashes: 8,
  /** Exit 0, but its CLI's last word was an error. */
  lies: 5,
  /** Exit 0, nothing done, nothing said. */
  idles: 5,
  /** Never ends by itself, and says nothing. */
  hangs: 5,
  /** Never ends by itself, works and spends. */
  talks: 9,
  /** Never ends, and ignores the polite signal. */
  stubborn: 4,
  /** It and its supervisor vanish without an exit. */
  vanishes: 6,
  quota: 5,
  overload: 5,
  auth: 6,
} as const
export type Nature = keyof typeof NATURES

export const isEndless = (nature: Nature): boolean =>
  nature === 'hangs' || nature === 'talks' || nature === 'stubborn'

/** All that was asked for, not every deliverable, or nothing at all. */
export type Leaves = 'all' | 'part' | 'nothing'

export interface ProcessEnd extends Moment {
  /** By itself, by the polite signal, or by force. */
  readonly by: 'itself' | 'signal' | 'force'
  /** What it was sent away for, when that was its provider's outage. */
  readonly isOutage: boolean
  /** Its exit stands in its folder. */
  readonly hasExit: boolean
  /** Nothing could be saved then: why it was ended is known to the owner of that moment alone. */
  readonly isUnsavable: boolean
}

export interface Process {
  readonly pid: number
  readonly agentId: AgentId
  readonly taskId: TaskId
  /** Whose turn it is; null = no member's. */
  readonly member: string | null
  /** Ids of the messages that its prompt told. */
  readonly messages: readonly string[]
  readonly generation: number
  /** Counts the restores before it: tasks and generations of another database are other ones. */
  readonly lineage: number
  readonly executorType: string
  readonly nature: Nature
  readonly provider: string | null
  readonly beganAt: Moment
  readonly conversation: string
  /** What its conversation had used when it began. */
  readonly usedBefore: number
  /** Tokens of its own so far. */
  used: number
  /** When it last wrote a line. */
  heardAt: Moment
  stepsLeft: number
  /** What is found of its work where it ends badly. */
  readonly leaves: Leaves
  /** It has reported its end itself. */
  hasReported: boolean
  end: ProcessEnd | null
  readonly isAlive: boolean
}

interface Folder {
  pid: number | 'fence' | null
  exit: Partial<Evidence> | null
  isGone: boolean
}

export type Sight = 'nothing yet' | 'fenced' | 'alive' | 'gone' | 'exited' | 'no folder'

export interface World {
  readonly processes: ReadonlyMap<number, Process>
  readonly alive: readonly Process[]
  /** Supervisors that were forked and have not begun; they outlive whoever forked them. */
  readonly onTheWay: LaunchOrder[]
  /** Called when something changes in an agent's folder; the watch of the living owner. */
  onChange: ((id: AgentId) => void) | null
  /** Whether the owner's disk takes what it writes. */
  canSave: () => boolean
  /** Providers that send everybody away. */
  readonly down: Set<string>
  /** Launches that the system refused. */
  readonly refusedLaunches: Set<AgentId>
  readonly lineage: number
  /** Never the same twice, whatever database is in place. */
  nextAgentNumber(): number
  /** From now on every process that begins is good, and every provider is well. */
  calm(): void
  fork(order: LaunchOrder): void
  /** A supervisor begins: it runs its agent only if it could create `pid`. */
  arrive(index: number): void
  /** Creates `pid` for nobody; false when it is there already. */
  fence(id: AgentId): boolean
  see(id: AgentId): { readonly sight: Sight; readonly process: Process | null }
  /** The process that an agent had, whatever became of its folder. */
  processOf(id: AgentId): Process | null
  evidence(id: AgentId): Partial<Evidence>
  /** A process goes on a little; it may end. */
  step(process: Process): void
  signal(process: Process): void
  kill(process: Process): void
  /** An agent's folder is deleted under it. */
  vanish(id: AgentId): void
  /** Another database takes the place: nothing of the old one runs any more, and nothing of it will begin. */
  replace(): void
}

/** Most end in a way that says nothing of the task. */
const TROUBLED: Readonly<Record<Nature, number>> = {
  ...NATURES,
  good: 20,
  crashes: 20,
  vanishes: 25,
  hangs: 20,
  quota: 1,
  overload: 1,
  auth: 1,
}

export function createWorld(random: SeededRandom, time: SimTime, isTroubled = false): World {
  const folders = new Map<AgentId, Folder>()
  const processes = new Map<number, Process>()
  const byAgent = new Map<AgentId, Process>()
  const conversations = new Map<string, number>()
  const alive = new Set<Process>()
  let weights: Readonly<Record<Nature, number>> = isTroubled ? TROUBLED : NATURES
  let pids = 1000
  let lineage = 0
  let agents = 0
  const folderOf = (id: AgentId): Folder => {
    let folder = folders.get(id)
    if (!folder) folders.set(id, (folder = { pid: null, exit: null, isGone: false }))
    return folder
  }
  const finish = (
    process: Process,
    by: ProcessEnd['by'],
    exit: Partial<Evidence> | null,
    isOutage = false,
  ): void => {
    const folder = folderOf(process.agentId)
    const hasExit = exit !== null && !folder.isGone
    alive.delete(process)
    process.end = { ...time.now(), by, isOutage, hasExit, isUnsavable: !world.canSave() }
    conversations.set(process.conversation, process.usedBefore + process.used)
    if (hasExit) folder.exit = exit
    world.onChange?.(process.agentId)
  }
  const begin = (order: LaunchOrder): void => {
    const { id: agentId, taskId, member, generation, provider, executorType } = order.agent
    const folder = folderOf(agentId)
    if (folder.isGone || folder.pid !== null) return
    const conversation = order.resume?.id ?? `talk-${agentId}-${lineage}`
    const process: Process = {
      pid: (pids += 1),
      agentId,
      taskId,
      member,
      messages: order.messages.map(({ id }) => id),
      generation,
      lineage,
      provider,
      executorType,
      conversation,
      nature: random.weighted(weights),
      beganAt: time.now(),
      usedBefore: conversations.get(conversation) ?? 0,
      used: 0,
      heardAt: time.now(),
      stepsLeft: random.int(0, 6),
      leaves: random.weighted({ all: 3, part: 1, nothing: 1 }),
      hasReported: false,
      end: null,
      get isAlive() {
        return alive.has(process)
      },
    }
    folder.pid = process.pid
    processes.set(process.pid, process)
    byAgent.set(agentId, process)
    alive.add(process)
    world.onChange?.(agentId)
  }
  const world: World = {
    processes,
    get alive() {
      return [...alive]
    },
    onTheWay: [],
    onChange: null,
    canSave: () => true,
    down: new Set(),
    refusedLaunches: new Set(),
    get lineage() {
      return lineage
    },
    nextAgentNumber: () => (agents += 1),
    calm() {
      weights = { ...QUIET, good: 1 }
      world.down.clear()
    },
    fork: (order) => void world.onTheWay.push(order),
    arrive(index) {
      const [order] = world.onTheWay.splice(index, 1)
      if (order) begin(order)
    },
    fence(id) {
      const folder = folderOf(id)
      if (folder.pid !== null) return false
      folder.pid = 'fence'
      return true
    },
    see(id) {
      const { pid, exit, isGone } = folderOf(id)
      const process = byAgent.get(id) ?? null
      if (isGone) return { sight: 'no folder', process }
      if (exit) return { sight: 'exited', process: null }
      if (pid === null) return { sight: 'nothing yet', process: null }
      if (pid === 'fence') return { sight: 'fenced', process: null }
      return process?.isAlive ? { sight: 'alive', process } : { sight: 'gone', process: null }
    },
    processOf: (id) => byAgent.get(id) ?? null,
    evidence: (id) => folderOf(id).exit ?? {},
    step(process) {
      const { nature, provider } = process
      if (!process.isAlive || nature === 'hangs' || nature === 'stubborn') return
      if (provider !== null) process.used += TOKENS_A_STEP
      process.heardAt = time.now()
      if (world.down.has(provider ?? '')) return finish(process, 'itself', ENDS.overload, true)
      if (nature === 'talks') return
      process.stepsLeft -= 1
      if (process.stepsLeft < 0) finish(process, 'itself', ENDS[nature])
    },
    signal(process) {
      if (process.isAlive && process.nature !== 'stubborn')
        finish(process, 'signal', { exit: { code: null, signal: 'SIGTERM' } })
    },
    kill(process) {
      if (process.isAlive) finish(process, 'force', null)
    },
    vanish(id) {
      folderOf(id).isGone = true
      world.onChange?.(id)
    },
    replace() {
      for (const process of alive) world.kill(process)
      world.onTheWay.length = 0
      lineage += 1
    },
  }
  return world
}

/** What its folder shows of its work; nothing else tells of an end that was bad. */
export const leftBy = ({ leaves, hasReported }: Process): Partial<Evidence> => ({
  work: leaves === 'nothing' ? 'none' : 'found',
  missingDeliverables: leaves === 'part' && !hasReported ? ['a.txt'] : [],
})

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
  talks: null,
  stubborn: null,
  vanishes: null,
  quota: { ...failed, failure: workFailure('quota', 'come back later') },
  overload: { ...failed, failure: workFailure('overload', 'too many of you') },
  auth: { ...failed, failure: workFailure('auth', 'who are you') },
}

/** What a process that ended by itself comes to: the class of its failure, or `done`. */
export function naturalEnd({ nature, executorType, end }: Process): FailureClass | 'done' {
  const exit = executorType === 'shell' ? 'exit' : 'crash'
  if (end?.hasExit === false) return 'lost'
  if (end?.isOutage === true) return 'overload'
  switch (nature) {
    case 'good':
      return 'done'
    case 'fails':
    case 'crashes':
      return exit
    case 'lies':
      return 'crash'
    case 'idles':
      return 'no-work'
    case 'quota':
    case 'overload':
    case 'auth':
      return nature
    default:
      return 'lost'
  }
}
