/**
 * One history: a seed decides every step. Between any two of them the owner may die; after each the oracle looks. When the
 * steps are over the faults stop, and everything must come to rest.
 */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../../src/base/result.ts'
import type { Caps } from '../../src/coordinator/ports.ts'
import type { DispatcherParts } from '../../src/coordinator/dispatch.ts'
import type { Command, Reply } from '../../src/domain/command.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { NewTask } from '../../src/domain/new-task.ts'
import { mergeAbove, shownStateOf } from '../../src/domain/plan.ts'
import { ROOMY } from '../../src/yard/machine/open-place.ts'
import { openStore } from '../../src/store/open-store.ts'
import { createManualClock, START_AT } from '../support/manual-clock.ts'
import { settled } from '../support/memory-store.ts'
import { PERSON } from '../support/plan-builder.ts'
import { createSeededRandom } from '../support/seeded-random.ts'
import { wish, wishOfAgent, type Wish } from './clients.ts'
import { createOracle } from './oracle.ts'
import { createOwner, type Fate, type Owner } from './owner.ts'
import { isPlanAtRest } from './plan-at-rest.ts'
import { createBranch, type Branch } from './sim-lander.ts'
import { checkOutage, DOWN, leftOutOf, outageEndsAt, outageWish } from './outage.ts'
import type { RuntimeFaults } from './sim-runtime.ts'
import { createSimBudget, NO_BUDGET } from './sim-budget.ts'
import { createSimMachine } from './sim-machine.ts'
import { holds, Violation } from './violation.ts'
import { createWorld } from './world.ts'

export interface HistoryOptions {
  readonly seed: number
  readonly steps: number
  /** Folder for the database. */
  readonly folder: string
  /** A template of an empty database. */
  readonly template: string
  /** Instead of anything that comes: 30 tasks of one provider, which is down for so long and then well. `steps` is the most. */
  readonly outageMs?: number
  /** Faults planted on purpose, to see that they are caught. */
  readonly planted?: {
    readonly decide?: DispatcherParts['decide']
    readonly ignoresCaps?: boolean
    readonly ignoresBudgets?: boolean
    readonly ignoresYardBudget?: boolean
    readonly ignoresMachine?: boolean
    readonly forgetsFence?: boolean
    readonly commitLies?: boolean
  }
}

export interface History {
  readonly seed: number
  readonly violation: Violation | null
  /** The last steps. */
  readonly trace: readonly string[]
  /** Of all steps: the same seed gives the same. */
  readonly hash: number
  readonly steps: number
  readonly restarts: number
  readonly agents: number
  /** Results that were landed. */
  readonly landed: number
  readonly seq: number
}

const STEPS = {
  loop: 60,
  effect: 30,
  arrive: 12,
  process: 14,
  client: 16,
  agent: 4,
  time: 14,
  crash: 2,
  dyingCommit: 1,
  disk: 1,
  jump: 1,
  caps: 3,
  neighbour: 2,
  outage: 1,
} as const
type Step = keyof typeof STEPS

const UNLIMITED: Partial<Caps> = { maxAgents: 99, executors: {}, models: {}, tags: {} }

export async function runHistory(options: HistoryOptions): Promise<History> {
  const { seed, planted = {} } = options
  const path = join(options.folder, `history-${seed}.db`)
  copyFileSync(options.template, path)
  const random = createSeededRandom(seed)
  const clock = createManualClock()
  const world = createWorld(random)
  const faults: RuntimeFaults = {
    launchFails: 0.08,
    noticeLost: 0.15,
    reportDoubled: 0.15,
    fences: planted.forgetsFence !== true,
  }
  let caps: Caps = {
    maxAgents: 3,
    executors: { claude: 2 },
    models: { opus: 1 },
    tags: { db: 1 },
    pollIntervalMs: 60_000,
    heartbeatTimeoutMs: 300_000,
    stopGraceMs: 10_000,
    doneGraceMs: 120_000,
    endSilent: true,
    missed: random.pick(['once', 'skip', 'all'] as const),
  }
  const branch = createBranch()
  const policy = random.pick(['keep', 'auto'] as const)
  const machine = createSimMachine(random)
  const budget = createSimBudget(random)
  const limits = { caps: () => caps, machine, budget: () => budget.now, clock }
  const oracle = createOracle(path, world, limits)
  const trace: string[] = []
  const closers: (() => void)[] = [oracle.close, machine.close]
  let hash = 2_166_136_261
  let restarts = 0
  let count = 0
  let resumes = 0
  let owner: Owner | null = null
  const unanswered = new Map<string, Wish>()

  const tell = (text: string): void => {
    trace.push(text)
    if (trace.length > 60) trace.shift()
    for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619)
  }
  const open = async (): Promise<Owner> => {
    const opened = await openStore({ path, at: clock.now() })
    if (!opened.ok) throw new Error(opened.error.message)
    closers.push(opened.value.close)
    oracle.lookAtAll(opened.value.store, opened.value.plan)
    restarts += 1
    return createOwner({
      opened: opened.value,
      world,
      clock,
      random,
      faults,
      caps: () => (planted.ignoresCaps ? { ...caps, ...UNLIMITED } : caps),
      budget: () => (planted.ignoresYardBudget ? NO_BUDGET : budget.now),
      machine: planted.ignoresMachine ? { ...machine, placeFor: () => ROOMY } : machine,
      ignoresBudgets: planted.ignoresBudgets === true,
      branch,
      policy,
      ...(planted.decide && { decide: planted.decide }),
    })
  }
  const bury = (dead: Owner): void => {
    tell('the owner dies')
    dead.die()
    owner = null
  }
  const send = (to: Owner, { command, by, isLate }: Wish, id = `c${(count += 1)}`): void => {
    tell(`${by.kind} ${command.type} ${'id' in command ? command.id : ''}`)
    if (command.type === 'yard.resume') {
      oracle.isPauseAcked = false
      resumes += 1
    }
    const resumesBefore = resumes
    if (command.type === 'task.edit' && command.edit.title !== undefined)
      for (const [task, told] of oracle.added)
        if (task === command.id) oracle.added.set(task, { ...told, title: null })
    // Sent again, it is answered as it was the first time, whatever has happened since.
    const isFirst = !unanswered.has(id)
    unanswered.set(id, { command, by, isLate })
    const dispatched = to.dispatcher.dispatch(command, by, id)
    void dispatched.then((reply) => {
      if (to.isDead || isUnsaved(reply)) return
      unanswered.delete(id)
      if (isLate) isLateHarmless = !reply.ok || reply.value.isNoOp === true
      if (!reply.ok) return
      if (command.type === 'yard.pause' && resumes === resumesBefore && isFirst)
        oracle.isPauseAcked = true
      for (const task of addedBy(command)) remember(task)
    })
  }
  const remember = (task: NewTask): void => {
    if (task.id !== undefined)
      oracle.added.set(task.id, { title: null, description: task.description ?? '' })
  }
  let isLateHarmless = true

  const does: Readonly<Record<Step, (living: Owner) => void>> = {
    loop: (living) => living.loop.shift()?.run(),
    effect(living) {
      const [effect] = living.effects.splice(random.int(0, living.effects.length - 1), 1)
      if (!effect) return
      tell(effect.label)
      effect.run()
    },
    arrive() {
      tell('a supervisor begins')
      world.arrive(random.int(0, world.onTheWay.length - 1))
    },
    process() {
      const one = random.pick(world.alive)
      tell(`the process of ${one.agentId} (${one.nature}) goes on`)
      world.step(one)
    },
    client(living) {
      const [again] = unanswered
      if (again && random.chance(0.3)) return send(living, again[1], again[0])
      send(living, wish(random, living.opened.plan, clock.now(), (count += 1)))
    },
    agent: (living) => send(living, wishOfAgent(random, random.pick(world.alive), (count += 1))),
    time() {
      const next = clock.nextInMs() ?? 60_000
      const ms = random.chance(0.6) ? next : Math.min(next, random.int(1, 30_000))
      tell(`${ms} ms pass`)
      clock.advance(ms)
    },
    crash(living) {
      oracle.lookAtAll(living.opened.store, living.opened.plan)
      bury(living)
    },
    dyingCommit(living) {
      living.fate = random.pick<Fate>(['dies before', 'dies after'])
      tell(`the next commit ${living.fate}`)
    },
    disk(living) {
      living.fate = living.fate === 'disk is full' ? 'works' : 'disk is full'
      tell(`disk: ${living.fate}`)
    },
    jump() {
      const ms = random.pick([-7_200_000, -60_000, 45_000, 3_600_000, 10_800_000])
      tell(`the clock jumps ${ms} ms`)
      clock.jump(ms)
    },
    outage() {
      const provider = random.pick(['anthropic', 'openai'])
      if (!world.down.delete(provider)) world.down.add(provider)
      tell(`${provider} is ${world.down.has(provider) ? 'down' : 'well'}`)
    },
    neighbour: () => tell(machine.stir()),
    caps(living) {
      const other = random.weighted({ caps: 2, machine: 1, budget: 1 })
      if (other !== 'caps') tell((other === 'machine' ? machine : budget).change())
      else {
        caps = { ...caps, maxAgents: random.int(0, 5), tags: { db: random.int(0, 2) } }
        tell(`caps: ${caps.maxAgents} agents, ${caps.tags['db']} of db`)
      }
      living.coordinator.onSettings()
    },
  }
  const choose = (living: Owner, isCalm: boolean): Step => {
    const can: Record<Step, number> = { ...STEPS }
    if (living.loop.length === 0) can.loop = 0
    // Claims that are on their way were picked under the old caps, and on the day that it was.
    else {
      can.caps = 0
      if (budget.now.dayTokens !== null) can.jump = 0
    }
    if (living.effects.length === 0) can.effect = 0
    if (world.onTheWay.length === 0) can.arrive = 0
    if (world.alive.length === 0) can.process = can.agent = 0
    if (living.fate === 'disk is full') can.disk = 8
    // An outage is over sooner than it began.
    can.outage += 3 * Math.min(1, world.down.size)
    for (const step of leftOut) can[step] = 0
    if (isCalm) {
      for (const step of CALM_LEAVES_OUT) can[step] = 0
      if (can.loop + can.effect + can.arrive > 0) can.time = can.process = 0
      // Work is short now; repeating tasks would else never leave a quiet moment between them.
      if (world.alive.some(({ nature }) => nature !== 'hangs' && nature !== 'stubborn'))
        can.time = 0
    }
    return random.weighted(can)
  }
  const step = async (isCalm: boolean): Promise<void> => {
    owner ??= await open()
    if (planted.commitLies && random.chance(0.01)) owner.fate = 'lies'
    does[choose(owner, isCalm)](owner)
    await settled()
    if (owner === null) return
    if (owner.isDead) return bury(owner)
    oracle.look(owner.opened.store, owner.opened.plan)
    holds(isLateHarmless, 5, () => 'a late report was believed')
    tell(`seq ${owner.opened.store.seq}`)
  }
  /** Nothing is wrong any more; all that can move must move to its end. */
  const comeToRest = async (): Promise<void> => {
    if (owner) bury(owner)
    tell('the faults stop')
    faults.launchFails = faults.noticeLost = faults.reportDoubled = 0
    world.calm()
    branch.isCalm = true
    machine.calm()
    budget.calm()
    caps = { ...caps, maxAgents: 3, tags: { db: 1 } }
    owner = await open()
    send(owner, { command: { type: 'yard.resume' }, by: PERSON, isLate: false })
    for (let i = 0; i < MAX_CALM_STEPS; i += 1) {
      await step(true)
      if (owner && isQuiet(owner) && world.alive.length === 0) return
    }
    const moving = [...owner.opened.plan.tasks.values()].map(
      (task) => `${task.id} ${owner ? shownStateOf(owner.opened.plan, task, clock.now()) : ''}`,
    )
    throw new Violation(6, `no rest after ${MAX_CALM_STEPS} calm steps: ${moving.join(', ')}`)
  }
  const isQuiet = ({ opened: { plan }, loop, effects }: Owner): boolean =>
    loop.length + effects.length + world.onTheWay.length === 0 && isPlanAtRest(plan, clock.now())

  const leftOut = leftOutOf(options)
  const endsAt = outageEndsAt(options, clock)
  const goesOn = (): boolean => steps < options.steps && clock.monotonic() < endsAt
  const beginOutage = async (): Promise<void> => {
    if (options.outageMs === undefined) return
    world.calm()
    world.down.add(DOWN)
    faults.launchFails = 0
    owner = await open()
    send(owner, outageWish())
  }

  let violation: Violation | null = null
  let steps = 0
  try {
    await beginOutage()
    for (; goesOn(); steps += 1) await step(false)
    const isWhole = steps < options.steps
    await comeToRest()
    checkOutage(options, isWhole, planOf(owner))
    if (owner) oracle.lookAtAll((owner as Owner).opened.store, (owner as Owner).opened.plan)
    if (owner) checkLandings((owner as Owner).opened.plan, branch)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    violation = error
  }
  const last = owner as Owner | null
  const seq = last?.opened.store.seq ?? 0
  last?.die()
  for (const close of closers) close()
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
  return {
    seed,
    violation,
    trace,
    hash: hash >>> 0,
    steps,
    restarts,
    agents: world.processes.size,
    landed: branch.held.size,
    seq,
  }
}

const isUnsaved = (reply: Result<Reply, Failure>): boolean =>
  !reply.ok && (reply.error.kind === 'read-only' || reply.error.kind === 'locked')

function addedBy(command: Command): readonly NewTask[] {
  if (command.type === 'task.add') return [command.task]
  return command.type === 'tasks.import' ? command.tasks.map(({ task }) => task) : []
}

/** At rest nothing waits to be landed, and what is said to have landed has, and the other way round. */
function checkLandings(plan: Plan, branch: Branch): void {
  for (const { id, landing } of plan.tasks.values()) {
    if (landing === null) continue
    const { state, result, commit } = landing
    const isHeldUp = mergeAbove(plan, id) !== null
    holds(state !== 'queued' || isHeldUp, 6, () => `${id} still waits to be landed`)
    const held = branch.held.get(result) ?? null
    holds(held === commit, 4, () => `${id} is ${state} at ${commit}, the branch has it at ${held}`)
  }
}

const MAX_CALM_STEPS = 4000
const CALM_LEAVES_OUT = [
  ...([
    'client',
    'agent',
    'crash',
    'dyingCommit',
    'disk',
    'jump',
    'caps',
    'neighbour',
    'outage',
  ] as const),
]

type Plan = Owner['opened']['plan']

const planOf = (owner: Owner | null): Plan | undefined => owner?.opened.plan

/** An empty database to copy for each history, because making one costs more than a history. */
export async function makeTemplate(folder: string): Promise<string> {
  const path = join(folder, 'template.db')
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  opened.value.close()
  return path
}
