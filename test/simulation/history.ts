/**
 * One history: a seed decides every step. Between any two of them the owner may die; after each the oracle looks. When the
 * steps are over the faults stop, and everything must come to rest.
 */
import { join } from 'node:path'
import type { Command, CommandOf } from '../../src/domain/command.ts'
import type { Judgement } from '../../src/domain/judging/judgement.ts'
import { shownStateOf, type Plan } from '../../src/domain/plan.ts'
import { mergeAbove } from '../../src/domain/graph/upstream.ts'
import { openStore } from '../../src/store/open-store.ts'
import type { Store } from '../../src/store/store.ts'
import { START_AT } from '../support/manual-clock.ts'
import { settled } from '../support/memory-store.ts'
import { PERSON } from '../support/plan-builder.ts'
import { checkOutage, DOWN, leftOutOf, outageEndsAt, outageWish } from './outage.ts'
import { nextFireAt, type Owner } from './owner.ts'
import { checkMailAtRest } from './mail/mail-at-rest.ts'
import { isPlanAtRest } from './plan-at-rest.ts'
import { createScene, type Scene, type SceneOptions } from './scene.ts'
import type { Branch } from './sim-lander.ts'
import { chooseStep, DOES, OPTIONAL, type StepName } from './steps.ts'
import { holds, Violation } from './violation.ts'

export interface HistoryOptions extends SceneOptions {
  readonly steps: number
  /** Kinds of steps that do not happen. */
  readonly without?: readonly StepName[]
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
  /** Agents whose executor and model were chosen, and those of them that explored. */
  readonly chosen: number
  readonly explored: number
  /** Questions that models were asked. */
  readonly judged: number
  /** Verdicts of models on agents that ended badly. */
  readonly triaged: number
  /** Messages that were sent. */
  readonly messages: number
  readonly seq: number
  /** Of `npm run simulate`, for the same. */
  readonly flags: string
}

const MAX_CALM_STEPS = 4000
/** How often the owner is one command that settles what has ended and leaves. */
const SHORT_LIVES = 0.25
const HOUR_MS = 3_600_000

const sentIn = ({ mail }: Scene): number => mail?.sent.size ?? 0

function checkAtRest(
  { oracle, branch, mail, time }: Scene,
  { store, plan }: Owner['opened'],
): void {
  oracle.lookAtAll(store, plan)
  checkLandings(plan, branch)
  if (mail) checkMailAtRest(plan, time.clock.now())
}

export async function runHistory(options: HistoryOptions): Promise<History> {
  const scene = createScene(options)
  const run = createRun(scene, options)
  let violation: Violation | null = null
  let steps = 0
  try {
    const endsAt = outageEndsAt(options, scene.time.clock)
    const goesOn = (): boolean => steps < options.steps && scene.time.clock.monotonic() < endsAt
    if (options.outageMs !== undefined) await run.beginOutage()
    for (; goesOn(); steps += 1) await run.step(false)
    const isWhole = steps < options.steps
    await run.comeToRest()
    const { owner } = scene
    checkOutage(options, isWhole, owner?.opened.plan)
    if (owner) checkAtRest(scene, owner.opened)
  } catch (error) {
    if (!(error instanceof Violation)) throw error
    violation = error
  }
  const { trace, hash, restarts, world, branch, judges } = scene
  const { store } = scene.owner?.opened ?? {}
  const seq = store?.seq ?? 0
  // A broken promise ends a history before its faults end.
  scene.storeFaults.heal()
  const counts = { ...countChoices(store), messages: sentIn(scene) }
  scene.close()
  const agents = world.processes.size
  const landed = branch.held.size
  const judged = judges.turns.size
  const triaged = judges.verdicts
  const { seed } = options
  const flags = flagsOf(options)
  return {
    seed,
    violation,
    trace,
    hash,
    steps,
    restarts,
    agents,
    landed,
    judged,
    triaged,
    ...counts,
    seq,
    flags,
  }
}

const flagsOf = ({ learns = false, triages = false, mails = false }: HistoryOptions): string =>
  `${learns ? ' --learns' : ''}${triages ? ' --triages' : ''}${mails ? ' --mails' : ''}`

function countChoices(store: Store | undefined): Pick<History, 'chosen' | 'explored'> {
  const agents = store?.agents({ which: 'all' }) ?? []
  const choices = agents.flatMap(({ choice }) => choice ?? [])
  return { chosen: choices.length, explored: choices.filter(({ explored }) => explored).length }
}

interface Run {
  beginOutage(): Promise<void>
  step(isCalm: boolean): Promise<void>
  /** Nothing is wrong any more; all that can move must move to its end. */
  comeToRest(): Promise<void>
}

function createRun(scene: Scene, options: HistoryOptions): Run {
  const { random, world, oracle } = scene
  const spared = OPTIONAL.filter(() => random.chance(0.4))
  const leftOut = [...leftOutOf(options), ...(options.without ?? []), ...spared]
  const takeOver = async (): Promise<Owner | null> => {
    if (scene.owner) return scene.owner
    if (random.chance(0.5)) scene.storeFaults.heal()
    scene.owner = await guarded(() => scene.open())
    if (!scene.owner) scene.storeFaults.heal()
    else oracle.lookAtAll(scene.owner.opened.store, scene.owner.opened.plan)
    return scene.owner
  }
  const step = async (isCalm: boolean): Promise<void> => {
    const isShort = !isCalm && options.outageMs === undefined && random.chance(SHORT_LIVES)
    if (!scene.owner) scene.startsAgents = !isShort
    const living = await takeOver()
    if (!living) return
    if (options.planted?.commitLies && random.chance(0.01)) living.fate = 'lies'
    const name = chooseStep(scene, living, { isCalm, leftOut })
    await guarded(() => DOES[name](scene, living))
    await settled()
    if (living.error !== null) throw asViolation(living.error)
    if (scene.owner === null) return
    if (living.isDead) return scene.bury(living)
    oracle.look(living.opened.store, living.opened.plan)
    holds(scene.isLateHarmless, 5, () => 'a late report was believed')
    holds(
      !scene.storeFaults.hasRefused || living.dispatcher.readOnly() !== null,
      4,
      () => 'nothing can be written, and the owner does not know',
    )
    scene.quiet.look(living)
    scene.tell(`seq ${living.opened.store.seq}`)
  }
  const asPerson = (living: Owner, command: Parameters<Scene['send']>[1]['command']): void =>
    scene.send(living, { command, by: PERSON, isLate: false })
  return {
    step,
    async beginOutage() {
      world.calm()
      world.down.add(DOWN)
      Object.assign(scene.faults, { launchFails: 0, endLost: 0 })
      const living = await takeOver()
      if (!living) return
      scene.send(living, outageWish())
      while (living.loop.length > 0) {
        living.loop.shift()?.run()
        await settled()
      }
    },
    async comeToRest() {
      if (scene.owner) scene.bury(scene.owner)
      stopFaults(scene)
      scene.startsAgents = true
      const living = await takeOver()
      if (!living) throw new Violation(4, 'the database cannot be opened any more')
      asPerson(living, { type: 'yard.resume' })
      const { plan } = living.opened
      for (const command of endLongWaits(scene, living)) asPerson(living, command)
      for (let i = 0; i < MAX_CALM_STEPS; i += 1) {
        await step(true)
        if (scene.owner && isQuiet(scene, scene.owner)) return
      }
      const moving = [...plan.tasks.values()].map(
        (task) => `${task.id} ${shownStateOf(plan, task, scene.time.clock.now())}`,
      )
      throw new Violation(6, `no rest after ${MAX_CALM_STEPS} calm steps: ${moving.join(', ')}`)
    },
  }
}

/** A clock that was set makes some wait for days. */
function endLongWaits(scene: Scene, living: Owner): Command[] {
  const { plan } = living.opened
  const soon = scene.time.clock.now() + HOUR_MS
  const tasks = [...plan.tasks.values()].filter(
    ({ state }) =>
      state.kind === 'open' && Math.max(state.notBefore ?? 0, state.park?.until ?? 0) > soon,
  )
  const judgements = [...plan.judgements.values()].filter(
    ({ state }) => state.kind === 'queued' && (state.notBefore ?? 0) > soon,
  )
  return [
    ...tasks.map(({ id }) => ({ type: 'task.retry', id, fresh: false }) as const),
    ...judgements.map((judgement) => killOf(judgement, scene, living)),
  ]
}

function killOf(
  { id: judgementId, taskId, agentId }: Judgement,
  { judges, time }: Scene,
  { opened: { plan, store } }: Owner,
): CommandOf<'judgement.kill'> {
  const task = taskId === null ? undefined : plan.tasks.get(taskId)
  const policy = task ? judges.policyOf(task) : null
  const next = task?.schedule ? nextFireAt(task.schedule, time.clock.now()) : null
  const triaged =
    agentId === null ? {} : { triaged: { agent: store.agent(agentId), isSilent: false } }
  return { type: 'judgement.kill', judgementId, policy, nextFireAt: next, ...triaged }
}

function stopFaults(scene: Scene): void {
  const { faults, world, branch, machine, budget, orchestrators, storeFaults } = scene
  scene.tell('the faults stop')
  Object.assign(faults, {
    launchFails: 0,
    noticeLost: 0,
    reportDoubled: 0,
    reportLate: 0,
    endLost: 0,
  })
  storeFaults.heal()
  world.calm()
  branch.isCalm = true
  scene.judges.calm()
  scene.mail?.calm()
  machine.calm()
  budget.calm()
  orchestrators.calm()
  // Days of missed runs, made up for one by one, would take longer than all else.
  scene.caps = { ...scene.caps, maxAgents: 3, tags: { db: 1 }, missed: 'once' }
}

const isQuiet = ({ world, time }: Scene, { opened, loop, effects }: Owner): boolean =>
  loop.length + effects.length + world.onTheWay.length + world.alive.length === 0 &&
  opened.plan.judgements.size === 0 &&
  isPlanAtRest(opened.plan, time.clock.now())

/** What the owner throws where nobody can catch it would have ended its process. */
async function guarded<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw asViolation(error)
  }
}

const asViolation = (error: unknown): Violation =>
  error instanceof Violation
    ? error
    : new Violation(6, `the owner threw ${error instanceof Error ? error.stack : String(error)}`)

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

/** An empty database to copy for each history, because making one costs more than a history. */
export async function makeTemplate(folder: string): Promise<string> {
  const path = join(folder, 'template.db')
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  opened.value.close()
  return path
}
