/** All that one history happens in: the world, its clock, its faults, and the owner of the moment with those who ask it for things. */
import Database from 'better-sqlite3'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '../../src/base/result.ts'
import type { DispatcherParts } from '../../src/coordinator/dispatch.ts'
import type { Caps } from '../../src/coordinator/ports.ts'
import type { Command, Reply } from '../../src/domain/command.ts'
import type { Failure } from '../../src/domain/failure.ts'
import type { NewTask } from '../../src/domain/task.ts'
import { openStore } from '../../src/store/open-store.ts'
import { ROOMY } from '../../src/yard/machine/slots.ts'
import { createLeaseMemory } from '../support/lease-book.ts'
import { createSeededRandom, type SeededRandom } from '../support/seeded-random.ts'
import type { Wish } from './clients.ts'
import { createOracle, type Oracle } from './oracle.ts'
import { createOrchestrators, type Orchestrators } from './orchestrators.ts'
import { createOwner, type Owner } from './owner.ts'
import { createQuietCheck, type QuietCheck } from './quiet.ts'
import { createBackup, type Backup } from './sim-backup.ts'
import { createSimBudget, NO_BUDGET, type SimBudget } from './sim-budget.ts'
import { createBranch, type Branch } from './sim-lander.ts'
import { createJudges, type Judges } from './sim-judge.ts'
import { createSimMail, type SimMail } from './mail/sim-mail.ts'
import { createSimMachine, type SimMachine } from './sim-machine.ts'
import type { RuntimeFaults } from './sim-runtime.ts'
import { createSimTime, type SimTime } from './sim-time.ts'
import { createStoreFaults, type StoreFaults } from './store-faults.ts'
import { createWorld, type World } from './world.ts'

export interface SceneOptions {
  readonly seed: number
  /** Folder for the database. */
  readonly folder: string
  /** A template of an empty database. */
  readonly template: string
  /** Tasks of claude name nobody, and the yard chooses for them by what it has learned. */
  readonly learns?: boolean
  /** All have a model behind them, most end badly, and a model is asked what becomes of their tasks. */
  readonly triages?: boolean
  /** There are members that write to each other, and jobs; absent = in every fourth history. */
  readonly mails?: boolean
  /** Instead of anything that comes: 30 tasks of one provider, which is down for so long, ms, and then well. */
  readonly outageMs?: number
  /** Faults planted on purpose, to see that they are caught. */
  readonly planted?: {
    /** Made anew for each history. */
    readonly decide?: () => NonNullable<DispatcherParts['decide']>
    readonly ignoresCaps?: boolean
    readonly ignoresBudgets?: boolean
    readonly ignoresYardBudget?: boolean
    readonly ignoresMachine?: boolean
    readonly forgetsFence?: boolean
    readonly commitLies?: boolean
    readonly ignoresGates?: boolean
    readonly paysTwice?: boolean
    readonly forgetsRuns?: boolean
  }
}

/** What people have been told is done, as of one moment. */
interface Acknowledged {
  readonly isPaused: boolean
  readonly added: Oracle['added']
  readonly sent: SimMail['sent']
}

export interface Scene {
  readonly random: SeededRandom
  readonly time: SimTime
  readonly world: World
  readonly faults: RuntimeFaults
  readonly storeFaults: StoreFaults
  readonly machine: SimMachine
  readonly budget: SimBudget
  readonly branch: Branch
  readonly judges: Judges
  readonly mail: SimMail | null
  readonly oracle: Oracle
  readonly orchestrators: Orchestrators
  readonly backup: Backup<Acknowledged>
  readonly quiet: QuietCheck
  caps: Caps
  owner: Owner | null
  /** What the next owner is: the service, or one command that settles and leaves. */
  startsAgents: boolean
  isLateHarmless: boolean
  restarts: number
  readonly trace: string[]
  readonly hash: number
  nextCount(): number
  tell(text: string): void
  /** A new owner takes the yard; null while the database cannot be opened. */
  open(): Promise<Owner | null>
  /** The owner is gone from one instruction to the next. */
  bury(dead: Owner): void
  send(to: Owner, asked: Wish, id?: string): void
  /** A request that got no answer is sent again under its old id; false without one. */
  sendAgain(to: Owner): boolean
  /** Another process takes the yard over, although this owner lives. */
  usurp(): void
  makeBackup(): void
  /** The yard's database is replaced by its backup; needs a yard without an owner. */
  restore(): Promise<void>
  close(): void
}

const UNLIMITED: Partial<Caps> = { maxAgents: 99, executors: {}, models: {}, tags: {} }

export function createScene(options: SceneOptions): Scene {
  const { seed, planted = {} } = options
  const path = join(options.folder, `history-${seed}.db`)
  copyFileSync(options.template, path)
  const random = createSeededRandom(seed)
  const decide = planted.decide?.()
  const time = createSimTime()
  const { clock } = time
  const world = createWorld(random, time, options.triages === true)
  const storeFaults = createStoreFaults(path)
  world.canSave = () => scene.owner?.isBehind !== true
  const branch = createBranch()
  const policy = random.pick(['keep', 'auto'] as const)
  const machine = createSimMachine(random)
  const budget = createSimBudget(random)
  const judges = createJudges(random, {
    paysTwice: planted.paysTwice === true,
    ignoresGates: planted.ignoresGates === true,
    hasNoGates: options.outageMs !== undefined,
    triagesAll: options.triages === true,
  })
  const hasMail = options.mails ?? (options.outageMs === undefined && seed % 4 === 0)
  const mail = hasMail ? createSimMail(random, { forgetsRuns: planted.forgetsRuns === true }) : null
  const leases = createLeaseMemory()
  const backup = createBackup<Acknowledged>(path)
  const faults: RuntimeFaults = {
    launchFails: 0.08,
    noticeLost: 0.15,
    reportDoubled: 0.15,
    reportLate: 0.1,
    endLost: 0.05,
    fences: planted.forgetsFence !== true,
  }
  const unanswered = new Map<string, Wish>()
  let ownerSince = 0
  let count = 0
  let resumes = 0
  let hash = 2_166_136_261

  const orchestrators = createOrchestrators(random, time, () => scene.owner)
  const truths = {
    world,
    time,
    orchestrators,
    silenceLimitMs: () => scene.caps.heartbeatTimeoutMs,
    ownerSince: () => ownerSince,
  }
  const oracle = createOracle(path, truths, {
    machine,
    clock,
    judges,
    mail,
    time,
    caps: () => scene.caps,
    budget: () => budget.now,
    learns: options.learns === true,
    startsAgents: () => scene.owner?.startsAgents !== false,
  })
  const remember = (task: NewTask): void => {
    if (task.id !== undefined)
      oracle.added.set(task.id, { title: null, description: task.description ?? '' })
  }
  const noteSent = (command: Command, id: string | undefined): void => {
    if (command.type !== 'message.send' || id === undefined) return
    mail?.sent.set(
      id,
      command.recipients.map(({ name }) => name),
    )
  }

  const scene: Scene = {
    random,
    time,
    world,
    faults,
    storeFaults,
    machine,
    budget,
    branch,
    judges,
    mail,
    oracle,
    orchestrators,
    backup,
    quiet: createQuietCheck({
      world,
      time,
      orchestrators,
      mail,
      lastTimeOf: oracle.lastTimeOf,
      caps: () => scene.caps,
      ownerSince: () => ownerSince,
    }),
    caps: {
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
    },
    owner: null,
    startsAgents: true,
    isLateHarmless: true,
    restarts: 0,
    trace: [],
    get hash() {
      return hash >>> 0
    },
    nextCount: () => (count += 1),
    tell(text) {
      scene.trace.push(text)
      if (scene.trace.length > 60) scene.trace.shift()
      for (let i = 0; i < text.length; i += 1)
        hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619)
    },
    async open() {
      const mayFail = storeFaults.isOn
      const opened = await openStore({ path, at: clock.now() })
      if (!opened.ok) {
        if (!mayFail) throw new Error(opened.error.message)
        scene.tell('the database cannot be opened')
        return null
      }
      // As an owner does that finds folders of judgements which its database does not know.
      opened.value.plan.skipJudgements(judges.highest)
      ownerSince = clock.monotonic()
      scene.restarts += 1
      return createOwner({
        opened: opened.value,
        world,
        random,
        faults,
        branch,
        judges,
        mail,
        policy,
        leases,
        clock,
        caps: () => (planted.ignoresCaps ? { ...scene.caps, ...UNLIMITED } : scene.caps),
        budget: () => (planted.ignoresYardBudget ? NO_BUDGET : budget.now),
        machine: planted.ignoresMachine ? { ...machine, placeFor: () => ROOMY } : machine,
        ignoresBudgets: planted.ignoresBudgets === true,
        startsAgents: scene.startsAgents,
        learns: options.learns === true,
        ...(decide && { decide }),
      })
    },
    bury(dead) {
      scene.tell('the owner dies')
      dead.die()
      oracle.catchUp()
      oracle.isUsurped = false
      scene.owner = null
    },
    send(to, wish, id = `c${scene.nextCount()}`) {
      const asked = withTasks(wish, options.triages ? modelled : options.learns ? freed : same)
      const { command, by, isLate } = asked
      scene.tell(`${by.kind} ${command.type} ${'id' in command ? command.id : ''}`)
      if (command.type === 'yard.resume') {
        oracle.isPauseAcked = false
        resumes += 1
      }
      const resumesBefore = resumes
      if (command.type === 'task.edit' && command.edit.title !== undefined)
        for (const [task, added] of oracle.added)
          if (task === command.id) oracle.added.set(task, { ...added, title: null })
      // Sent again, it is answered as it was the first time, whatever has happened since.
      const isFirst = !unanswered.has(id)
      // The number of its run is of this owner alone.
      if (command.type !== 'job.fire') unanswered.set(id, asked)
      void to.dispatcher.dispatch(command, by, id).then((reply) => {
        if (to.isDead || isUnsaved(reply)) return
        unanswered.delete(id)
        if (isLate) scene.isLateHarmless = !reply.ok || reply.value.isNoOp === true
        if (!reply.ok) return
        if (command.type === 'yard.pause' && resumes === resumesBefore && isFirst)
          oracle.isPauseAcked = true
        for (const task of addedBy(command)) remember(task)
        noteSent(command, reply.value.ids[0])
        if (command.type === 'task.take') orchestrators.claimed(command, to.opened.plan)
      })
    },
    sendAgain(to) {
      const [again] = unanswered
      if (again) scene.send(to, again[1], again[0])
      return again !== undefined
    },
    usurp() {
      const db = new Database(path, { timeout: 0 })
      try {
        db.exec("UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'owner_epoch'")
        oracle.isUsurped = true
      } catch {
        scene.tell('it waits for a transaction of the owner')
      } finally {
        db.close()
      }
    },
    makeBackup: () =>
      backup.make({
        isPaused: oracle.isPauseAcked,
        added: new Map(oracle.added),
        sent: new Map(mail?.sent),
      }),
    async restore() {
      world.replace()
      oracle.close()
      const { isPaused, added, sent } = await backup.putBack(clock.now())
      unanswered.clear()
      mail?.sent.clear()
      for (const [id, names] of sent) mail?.sent.set(id, names)
      oracle.reopen({ isPaused, added })
    },
    close() {
      scene.owner?.die()
      storeFaults.close()
      oracle.close()
      machine.close()
      backup.close()
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
    },
  }
  return scene
}

/** It may be sent again: nothing is known of it, or nothing was changed. */
const isUnsaved = (reply: Result<Reply, Failure>): boolean =>
  !reply.ok && (reply.error.kind === 'read-only' || reply.error.kind === 'locked')

const same = (task: NewTask): NewTask => task

/** Tasks of claude name nobody. */
const freed = (task: NewTask): NewTask =>
  task.executor === 'claude' ? { ...task, executor: null, model: null } : task

/** What would be a line for the shell is for a model. */
const modelled = (task: NewTask): NewTask =>
  task.executor === 'shell' ? { ...task, executor: 'claude', exec: null } : task

function withTasks(wish: Wish, of: (task: NewTask) => NewTask): Wish {
  const { command } = wish
  if (command.type === 'task.add')
    return { ...wish, command: { ...command, task: of(command.task) } }
  if (command.type !== 'tasks.import') return wish
  const tasks = command.tasks.map((each) => ({ ...each, task: of(each.task) }))
  return { ...wish, command: { ...command, tasks } }
}

function addedBy(command: Command): readonly NewTask[] {
  if (command.type === 'task.add') return [command.task]
  return command.type === 'tasks.import' ? command.tasks.map(({ task }) => task) : []
}
