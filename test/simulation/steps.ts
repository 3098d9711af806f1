/** What may happen next in a history, how often, and what it does. */
import { orElse } from '../../src/base/result.ts'
import { newTaskSchema, taskEditSchema } from '../../src/domain/task.ts'
import { PERSON } from '../support/plan-builder.ts'
import { takeCommand, wish, wishOfAgent, type Wish } from './clients.ts'
import {
  lateMail,
  type MailAbout,
  mailOfAgent,
  mailOfClaimant,
  mailWish,
} from './mail/mail-clients.ts'
import type { Fate, Owner } from './owner.ts'
import type { Scene } from './scene.ts'
import { isEndless } from './world.ts'

const STEPS = {
  loop: 60,
  effect: 36,
  arrive: 20,
  process: 20,
  client: 16,
  agent: 4,
  orchestrator: 5,
  time: 14,
  stall: 2,
  crash: 2,
  dyingCommit: 1,
  disk: 1,
  statement: 1,
  jump: 1,
  caps: 3,
  neighbour: 2,
  outage: 1,
  vanish: 0.5,
  usurp: 0.3,
  backup: 0.6,
  restore: 0.4,
} as const
export type StepName = keyof typeof STEPS
export const isStepName = (name: string): name is StepName => name in STEPS

/** Each history leaves out some of these: where everything goes wrong at once, nothing comes far. */
export const OPTIONAL: readonly StepName[] = [
  ...(['crash', 'dyingCommit', 'disk', 'statement', 'stall', 'jump', 'outage', 'vanish'] as const),
  ...(['usurp', 'restore', 'caps', 'neighbour'] as const),
]

/** What happens while nothing is wrong any more. */
const CALM: ReadonlySet<StepName> = new Set(['loop', 'effect', 'arrive', 'process', 'time'])

/** One of them, by chance, among those that can happen now. */
export function chooseStep(
  scene: Scene,
  living: Owner,
  { isCalm, leftOut }: { readonly isCalm: boolean; readonly leftOut: readonly StepName[] },
): StepName {
  const can = possible(scene, living)
  for (const name of leftOut) can[name] = 0
  if (isCalm) calmDown(can, scene)
  return scene.random.weighted(can)
}

function possible({ world, budget, storeFaults, backup, mail }: Scene, living: Owner) {
  const can: Record<StepName, number> = { ...STEPS }
  const without = (isOut: boolean, ...names: StepName[]): void => {
    if (isOut) for (const name of names) can[name] = 0
  }
  const isBusy = living.loop.length > 0
  without(!isBusy, 'loop')
  // Claims that are on their way were picked under the old caps, and on the day that it was.
  without(isBusy, 'caps')
  without(isBusy && budget.now.dayTokens !== null, 'jump')
  without(living.effects.length === 0, 'effect')
  without(world.onTheWay.length === 0, 'arrive')
  without(world.alive.length === 0, 'process', 'agent', 'vanish')
  without(backup.kept === null, 'restore')
  without(living.opened.plan.tasks.size === 0, 'orchestrator')
  if (mail) can.agent = Math.max(can.agent, world.alive.length > 0 ? 12 : 0)
  // Troubles are over sooner than they began.
  if (living.fate === 'disk is full') can.disk = 20
  if (storeFaults.isOn) can.statement = 20
  if (world.down.size > 0) can.outage += 3
  return can
}

function calmDown(can: Record<StepName, number>, { world }: Scene): void {
  for (const name of Object.keys(can) as StepName[]) if (!CALM.has(name)) can[name] = 0
  if (can.loop + can.effect + can.arrive > 0) can.time = can.process = 0
  // Work is short now; repeating tasks would else never leave a quiet moment between them.
  if (world.alive.some(({ nature }) => !isEndless(nature))) can.time = 0
}

const JUMPS_MS = [-86_400_000, -7_200_000, -60_000, 45_000, 3_600_000, 10_800_000, 86_400_000]

export const DOES: Readonly<
  Record<StepName, (scene: Scene, living: Owner) => void | Promise<void>>
> = {
  loop: (_, living) => living.loop.shift()?.run(),
  effect({ random, tell }, living) {
    const [effect] = living.effects.splice(random.int(0, living.effects.length - 1), 1)
    if (!effect) return
    tell(effect.label)
    effect.run()
  },
  arrive({ random, tell, world }) {
    tell('a supervisor begins')
    world.arrive(random.int(0, world.onTheWay.length - 1))
  },
  process({ random, tell, world }) {
    const one = random.pick(world.alive)
    tell(`the process of ${one.agentId} (${one.nature}) goes on`)
    for (let i = random.int(1, 3); i > 0; i -= 1) world.step(one)
  },
  client(scene, living) {
    const { random, time } = scene
    if (random.chance(0.3) && scene.sendAgain(living)) return
    if (random.chance(0.08)) return changeMind(scene, living)
    if (random.chance(0.3) && rejectUnjudged(scene, living)) return
    if (scene.mail && random.chance(0.6)) return write(scene, living)
    const asked = wish(random, living.opened.plan, {
      now: time.clock.now(),
      count: scene.nextCount(),
      policyOf: scene.judges.policyOf,
      // Of what a disk that fails does not give nobody knows.
      agentOf: (id) => orElse(() => living.opened.store.agent(id), null),
    })
    if (isTaken(asked)) scene.send(living, asked)
  },
  agent(scene, living) {
    const process = scene.random.pick(scene.world.alive)
    const about = mailAbout(scene, living)
    if (about && scene.random.chance(0.7)) {
      for (const asked of mailOfAgent(about, process)) scene.send(living, asked)
      return
    }
    const asked = wishOfAgent(scene.random, process, scene.nextCount())
    if (asked.command.type === 'task.complete') process.hasReported = true
    scene.send(living, asked)
  },
  orchestrator(scene, living) {
    const asked = scene.orchestrators.next(living.opened.plan, scene.nextCount())
    if (asked) scene.send(living, asked)
    else scene.tell('an orchestrator dies')
  },
  time({ random, tell, time: { clock } }) {
    const next = clock.nextInMs() ?? 60_000
    const ms = random.chance(0.6) ? next : Math.min(next, random.int(1, 30_000))
    tell(`${ms} ms pass`)
    clock.advance(ms)
  },
  /** The owner's process is stopped, and everybody else goes on. */
  stall({ random, tell, time, world }) {
    const ms = random.pick([5_000, 20_000, 120_000, 900_000, 7_200_000])
    tell(`the owner stands still for ${ms} ms`)
    for (let part = 0; part < 4; part += 1) {
      time.stall(ms / 4)
      for (const process of world.alive) if (random.chance(0.5)) world.step(process)
    }
    time.clock.advance(0)
  },
  crash(scene, living) {
    scene.oracle.lookAtAll(living.opened.store, living.opened.plan)
    scene.bury(living)
  },
  dyingCommit({ random, tell }, living) {
    living.fate = random.pick<Fate>(['dies before', 'dies after'])
    tell(`the next commit ${living.fate}`)
  },
  disk({ tell }, living) {
    living.fate = living.fate === 'disk is full' ? 'works' : 'disk is full'
    tell(`disk: ${living.fate}`)
  },
  statement({ random, tell, storeFaults }) {
    if (storeFaults.isOn) {
      storeFaults.heal()
      tell('statements work')
    } else if (random.chance(0.3)) {
      storeFaults.fill()
      tell('nothing can be written')
    } else tell(storeFaults.plant(random))
  },
  jump({ random, tell, time }) {
    const ms = random.pick(JUMPS_MS)
    tell(`the clock jumps ${ms} ms`)
    time.jump(ms)
  },
  outage({ random, tell, world }) {
    const provider = random.pick(['anthropic', 'openai'])
    if (!world.down.delete(provider)) world.down.add(provider)
    tell(`${provider} is ${world.down.has(provider) ? 'down' : 'well'}`)
  },
  neighbour: ({ tell, machine }) => tell(machine.stir()),
  caps(scene, living) {
    const { random, caps, tell } = scene
    const jobs = scene.mail ? { mail: 1 } : {}
    const other = random.weighted({ caps: 2, machine: 1, budget: 1, judges: 1, mail: 0, ...jobs })
    if (other !== 'caps') tell(scene[other]?.change() ?? 'nothing changes')
    else {
      scene.caps = {
        ...caps,
        maxAgents: random.int(random.chance(0.1) ? 0 : 2, 5),
        tags: { db: random.int(0, 2) },
      }
      tell(`caps: ${scene.caps.maxAgents} agents, ${scene.caps.tags['db']} of db`)
    }
    living.coordinator.onSettings()
  },
  vanish({ random, tell, world }) {
    const { agentId } = random.pick(world.alive)
    tell(`the folder of ${agentId} vanishes`)
    world.vanish(agentId)
  },
  usurp(scene) {
    scene.tell('another process takes the yard over')
    scene.usurp()
  },
  backup(scene, living) {
    scene.oracle.look(living.opened.store, living.opened.plan)
    scene.tell('a backup is made')
    scene.makeBackup()
  },
  restore(scene, living) {
    scene.oracle.lookAtAll(living.opened.store, living.opened.plan)
    scene.bury(living)
    scene.storeFaults.heal()
    scene.tell('the backup is put back')
    return scene.restore()
  },
}

function mailAbout({ random, mail, time, nextCount }: Scene, { opened }: Owner): MailAbout | null {
  if (!mail) return null
  const { plan, store } = opened
  return { random, plan, store, mail, now: time.clock.now(), count: nextCount() }
}

/** Somebody wants something of messages, or an agent that has ended does. */
function write(scene: Scene, living: Owner): void {
  const { random, world } = scene
  const about = mailAbout(scene, living)
  if (!about) return
  const ended = [...world.processes.values()].filter(
    ({ lineage, end }) => end !== null && lineage === world.lineage,
  )
  const late = ended.length > 0 && random.chance(0.1) ? random.pick(ended) : null
  const claimant = random.chance(0.1) ? mailOfClaimant(about) : null
  const asked = late ? lateMail(about, late.agentId, late.taskId) : (claimant ?? mailWish(about))
  if (asked && isTaken(asked)) scene.send(living, asked)
}

/** A person calls a task done under its agent, and then takes it in hand. */
function changeMind(scene: Scene, living: Owner): void {
  const [agent] = living.opened.plan.agents.values()
  if (!agent) return
  const id = agent.taskId
  const send = (command: Wish['command']): void =>
    scene.send(living, { command, by: PERSON, isLate: false })
  const about = { id, agentId: null, generation: null, artifacts: [], nextFireAt: null }
  send({ type: 'task.complete', ...about, force: true })
  send({ type: 'task.reopen', id })
  send(takeCommand(id, scene.nextCount()))
}

/** A person does not wait for the judge: it is done anew, and what is said of the earlier try comes late. */
function rejectUnjudged(scene: Scene, living: Owner): boolean {
  const judgement = [...living.opened.plan.judgements.values()].find(
    ({ purpose, state }) => purpose === 'evaluation' && state.kind === 'asked',
  )
  if (!judgement?.taskId) return false
  const command = { type: 'task.reject', id: judgement.taskId, note: 'not like this' } as const
  scene.send(living, { command, by: PERSON, isLate: false })
  return true
}

/** Whether it would come in: all entrances read tasks and edits through one schema each. */
function isTaken({ command }: Wish): boolean {
  if (command.type === 'task.edit') return taskEditSchema.safeParse(command.edit).success
  const tasks = command.type === 'task.add' ? [command.task] : []
  if (command.type === 'tasks.import') tasks.push(...command.tasks.map(({ task }) => task))
  return tasks.every((task) => newTaskSchema.safeParse(task).success)
}
