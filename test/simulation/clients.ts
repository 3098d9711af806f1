/** People, and agents through their own command line, who want things at the worst moments. */
import type { Agent } from '../../src/domain/agent.ts'
import type { Actor, Command } from '../../src/domain/command.ts'
import { type AgentId, agentIdOf, agentNumberOf, type TaskId } from '../../src/domain/ids.ts'
import { judgementIdOf, type EvaluationPolicy } from '../../src/domain/judging/evaluation.ts'
import type { NewTask, Task } from '../../src/domain/task.ts'
import { PRIORITIES } from '../../src/domain/graph/priority.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { verdict } from '../support/evaluations.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { COORDINATOR, PERSON, asAgent, endCommand, taskId } from '../support/plan-builder.ts'
import { nextFireAt } from './owner.ts'
import type { Process } from './world.ts'

export interface Wish {
  readonly command: Command
  readonly by: Actor
  /** Of an agent that has ended, or may not ask for it: must change nothing. */
  readonly isLate: boolean
}

const WISHES = {
  add: 26,
  import: 3,
  edit: 6,
  dependencies: 8,
  retry: 5,
  reopen: 4,
  abandon: 3,
  kill: 5,
  done: 4,
  fail: 2,
  hold: 3,
  release: 6,
  pause: 2,
  resume: 8,
  log: 2,
  take: 3,
  raise: 6,
  late: 8,
  land: 5,
  gate: 4,
  evaluate: 3,
  approve: 2,
  reject: 4,
  score: 3,
  killJudgement: 2,
  triage: 2,
  lateVerdict: 1,
} as const

/** What somebody asks for next. */
export function wish(random: SeededRandom, plan: Plan, about: About): Wish {
  const tasks = [...plan.tasks.keys()]
  const kind = tasks.length === 0 ? 'add' : random.weighted(WISHES)
  const by = PERSON
  const late = kind === 'late' ? lateWish(random, plan) : null
  if (late) return late
  const again = kind === 'lateVerdict' ? lateVerdict(random, plan, about) : null
  if (again) return again
  const command = build(kind, { random, plan, tasks, ...about })
  return { command, by, isLate: false }
}

interface About {
  readonly now: number
  /** Numbers new tasks. */
  readonly count: number
  readonly policyOf: (task: Task) => EvaluationPolicy
  readonly agentOf: (id: AgentId) => Agent | null
}

interface Scene extends About {
  readonly random: SeededRandom
  readonly plan: Plan
  readonly tasks: readonly TaskId[]
}

const JUDGING = [
  ...(['gate', 'evaluate', 'approve', 'reject', 'score', 'killJudgement', 'triage'] as const),
] as const
type JudgingKind = (typeof JUDGING)[number]
const isJudging = (kind: keyof typeof WISHES): kind is JudgingKind =>
  JUDGING.some((one) => one === kind)

/** What a person does about results that are judged, or were. */
function judgingWish(kind: JudgingKind, scene: Scene): Command {
  const { random, plan, tasks, now } = scene
  const judged = tasks.filter((id) => isBeingJudged(plan.tasks.get(id)))
  const id = random.pick(judged.length > 0 && random.chance(0.8) ? judged : tasks)
  const { schedule = null, lastAgentId = null, generation = 1 } = plan.tasks.get(id) ?? {}
  switch (kind) {
    case 'gate':
      return { type: 'task.edit', id, edit: { gate: random.pick(GATES) }, nextFireAt: null }
    case 'evaluate': {
      if (lastAgentId === null) return killJudgement(scene)
      const judge = { executor: null, model: null }
      return { type: 'evaluation.request', id, agentId: lastAgentId, generation, ...judge }
    }
    case 'approve': {
      const next = schedule && nextFireAt(schedule, now)
      return { type: 'task.approve', id, note: null, nextFireAt: next }
    }
    case 'reject':
      return { type: 'task.reject', id, note: 'not like this' }
    case 'score':
      return scoreResult(scene, id)
    case 'killJudgement':
      return killJudgement(scene)
    case 'triage':
      return triage(scene)
  }
}

/** Of an agent that has ended and whose task is open, or of one that is silent; or of any. */
function triage(scene: Scene): Command {
  const { random, plan, agentOf } = scene
  const ended = [...plan.tasks.values()].flatMap(({ state, lastAgentId }) =>
    state.kind === 'open' ? (lastAgentId ?? []) : [],
  )
  const silent = [...plan.agents.keys()].filter((id) => plan.breakers.has(`silence:${id}`))
  const some = [...ended, ...silent]
  const [agentId] = some.length > 0 ? [random.pick(some)] : plan.agents.keys()
  if (agentId === undefined) return killJudgement(scene)
  const agent = plan.agents.has(agentId) ? null : agentOf(agentId)
  const policy = { timeoutMs: random.pick([5_000, 60_000, 600_000]) }
  return { type: 'triage.request', agentId, agent, policy, isAgain: random.chance(0.4) }
}

/** An answer that was given long ago comes a second time. */
function lateVerdict(random: SeededRandom, plan: Plan, { agentOf }: About): Wish | null {
  if (plan.lastJudgementNumber === 0) return null
  const judgementId = judgementIdOf(random.int(1, plan.lastJudgementNumber))
  const lastAgents = [...plan.tasks.values()].flatMap(({ lastAgentId }) => lastAgentId ?? [])
  if (plan.judgements.has(judgementId) || lastAgents.length === 0) return null
  const agent = agentOf(random.pick(lastAgents))
  const reply = verdict(random.pick(['done', 'continue', 'restart', 'wait'] as const))
  const about = { judgementId, reply, policy: null, nextFireAt: null } as const
  const command = { type: 'judgement.end', ...about, triaged: { agent, isSilent: true } } as const
  return { command, by: COORDINATOR, isLate: true }
}

const waitsForFirst = ({ state, evaluation }: Task): boolean =>
  state.kind === 'pending-eval' && state.agentId !== evaluation?.agentId

function scoreResult(scene: Scene, id: TaskId): Command {
  const { random, plan, now, policyOf } = scene
  const task = plan.tasks.get(id)
  const isFirst = task !== undefined && waitsForFirst(task)
  if (!task?.evaluation && !isFirst) return killJudgement(scene)
  const evaluationId = isFirst ? null : (task?.evaluation?.id ?? null)
  const score = random.chance(0.2) ? null : random.int(0, 100) / 100
  const said = { score, dimensions: null, note: 'so it is', isAudit: random.chance(0.2) }
  const next = task.schedule && nextFireAt(task.schedule, now)
  const about = { id, evaluationId, policy: policyOf(task), nextFireAt: next }
  return { type: 'evaluation.score', ...said, ...about }
}

function killJudgement({ plan, now, policyOf, agentOf }: Scene): Command {
  const [living = null] = plan.judgements.values()
  const { agentId = null } = living ?? {}
  const task = living?.taskId ? plan.tasks.get(living.taskId) : undefined
  return {
    type: 'judgement.kill',
    judgementId: living?.id ?? judgementIdOf(1),
    policy: task ? policyOf(task) : null,
    nextFireAt: task?.schedule ? nextFireAt(task.schedule, now) : null,
    ...(agentId === null ? {} : { triaged: { agent: agentOf(agentId), isSilent: false } }),
  }
}

const GATES = ['off', 'score', '0.5', '0.8', '0.9', 'person', null]

const isBeingJudged = (task: Task | undefined): boolean =>
  task?.state.kind === 'pending-eval' ||
  (task?.state.kind === 'waiting' &&
    (task.state.for === 'evaluation' || task.state.for === 'approval'))

function build(kind: keyof typeof WISHES, scene: Scene): Command {
  if (isJudging(kind)) return judgingWish(kind, scene)
  const { random, plan, tasks, now, count } = scene
  // What is under way is what people look at.
  const busy = [...plan.agents.values()].map(({ taskId: id }) => id)
  const any = (): TaskId => random.pick(busy.length > 0 && random.chance(0.4) ? busy : tasks)
  switch (kind) {
    case 'import':
      return {
        type: 'tasks.import',
        tasks: ['a', 'b', 'c'].map((part, i) => ({
          task: {
            ...newTask(scene, `t${count}${part}`),
            ...(i > 0 && { after: [taskId(`t${count}a`)] }),
          },
          nextFireAt: null,
        })),
      }
    case 'edit': {
      const id = any()
      const edit = random.chance(0.5)
        ? { title: `title ${count}` }
        : { priority: random.pick(PRIORITIES), addTags: ['db'] }
      return { type: 'task.edit', id, edit, nextFireAt: null }
    }
    case 'dependencies': {
      const edit = random.chance(0.7) ? { addAfter: [any()] } : { removeAfter: [any()] }
      return { type: 'task.edit', id: any(), edit, nextFireAt: null }
    }
    case 'retry':
      return { type: 'task.retry', id: any(), fresh: random.chance(0.5) }
    case 'reopen':
      return { type: 'task.reopen', id: any() }
    case 'abandon':
      return { type: 'task.abandon', id: any(), withDependents: random.chance(0.2) }
    case 'kill': {
      const living = [...plan.agents.keys()]
      const agent = living.length > 0 ? random.pick(living) : agentIdOf(1)
      const reason = random.pick(['killed', 'redispatch'] as const)
      return { type: 'agent.stop', agentId: agent, reason, force: random.chance(0.3) }
    }
    case 'done':
    case 'fail': {
      const id = any()
      const { schedule = null } = plan.tasks.get(id) ?? {}
      const rest = {
        id,
        agentId: null,
        generation: null,
        nextFireAt: schedule && nextFireAt(schedule, now),
      }
      return kind === 'done'
        ? { type: 'task.complete', ...rest, artifacts: [], force: random.chance(0.3) }
        : { type: 'task.fail', ...rest, reason: 'a person says so', class: 'reported' }
    }
    case 'hold':
      return { type: 'task.hold', id: any() }
    case 'release':
      return { type: 'task.publish', id: any(), only: random.chance(0.5) }
    case 'pause':
      return { type: 'yard.pause' }
    case 'resume':
      return { type: 'yard.resume' }
    case 'log':
      return { type: 'task.log', id: any(), text: `note ${count}` }
    case 'land':
      return { type: 'landing.request', id: any() }
    case 'take':
      return takeCommand(any(), count)
    case 'raise':
      return raise(scene)
    case 'add':
    case 'lateVerdict':
    case 'late': {
      const task = newTask(scene, `t${count}`)
      const schedule = task.schedule ?? null
      return { type: 'task.add', task, nextFireAt: schedule && nextFireAt(schedule, now) }
    }
  }
}

/** Somebody's budget is doubled, or taken away. */
function raise({ random, plan, tasks }: Scene): Command {
  const capped = tasks.filter((id) => plan.tasks.get(id)?.budgetTokens != null)
  const id = random.pick(capped.length > 0 ? capped : tasks)
  const cap = plan.tasks.get(id)?.budgetTokens ?? null
  const edit = { budgetTokens: cap === null || random.chance(0.2) ? null : cap * 2 }
  return { type: 'task.edit', id, edit, nextFireAt: null }
}

export const takeCommand = (id: TaskId, count: number): Command => ({
  type: 'task.take',
  claim: {
    taskId: id,
    agentId: agentIdOf(1_000_000 + count),
    executor: 'manual',
    executorType: 'manual',
    model: null,
    modelId: null,
    provider: null,
    provenance: { executor: 'taken', model: 'taken' },
    timeoutMs: null,
  },
  workplaceCwd: '/yard',
})

function newTask({ random, tasks, plan }: Scene, id: string): NewTask {
  const after = tasks.filter(() => random.chance(Math.min(0.3, 2 / tasks.length))).slice(0, 3)
  const before = random.chance(0.1) && tasks.length > 0 ? [random.pick(tasks)] : []
  const open = before.filter((one) => plan.tasks.get(one)?.state.kind === 'open')
  const executor = random.pick(['shell', 'shell', 'claude', 'codex', 'manual', 'external'])
  return {
    id: taskId(id),
    title: id,
    description: `what ${id} is about`,
    exec: executor === 'shell' ? 'true' : null,
    executor,
    model: executor === 'claude' ? random.pick([null, 'opus']) : null,
    priority: random.pick(PRIORITIES),
    tags: random.chance(0.3) ? ['db'] : [],
    maxAttempts: random.chance(0.3) ? random.int(1, 4) : null,
    budgetTokens: executor !== 'shell' && random.chance(0.4) ? random.int(40, 300) : null,
    timeoutMs: random.chance(0.3) ? 600_000 : null,
    repo: random.chance(0.1) ? '/one' : null,
    paused: random.chance(0.08),
    after,
    before: open,
    ...judgedBy(random),
    ...timing(random),
    ...(random.chance(0.04) ? extreme(random) : {}),
  }
}

const judgedBy = (random: SeededRandom): Partial<NewTask> =>
  random.chance(0.6) ? { gate: random.pick(GATES) } : {}

const EXTREMES = [0, 1, 2 ** 31, 3e12, 8.64e15, Number.MAX_SAFE_INTEGER]

/** Numbers that no person means, and some program sends. */
function extreme(random: SeededRandom): Partial<NewTask> {
  const number = random.pick(EXTREMES)
  return random.pick<Partial<NewTask>>([
    { delayMs: number },
    { notBefore: number },
    { budgetTokens: number },
    { timeoutMs: Math.max(1, number) },
    { maxAttempts: Math.max(1, number) },
  ])
}

function timing(random: SeededRandom): Partial<NewTask> {
  if (random.chance(0.15)) return { delayMs: random.int(1, 900_000) }
  return random.chance(0.1) ? { schedule: { spec: '600000', tz: null } } : {}
}

/** News of an agent that has ended long ago: through the runtime's door, or with its token through the command line. */
function lateWish(random: SeededRandom, plan: Plan): Wish | null {
  const gone = [...plan.tasks.values()].filter(
    (task) => task.generation > (plan.agentOf(task.id) ? 1 : 0),
  )
  if (gone.length === 0) return null
  const task = random.pick(gone)
  const living = plan.agentOf(task.id)
  // One that was: of an agent that is still to come it may be sent again when that lives.
  const newest = Math.max(0, ...gone.flatMap(({ lastAgentId }) => launchedNumber(lastAgentId)))
  if (newest === 0) return null
  const number = random.int(1, newest)
  const id = agentIdOf(number)
  if (plan.agents.has(id)) return null
  if (random.chance(0.5))
    return {
      command: endCommand(number, random.int(1, task.generation)),
      by: COORDINATOR,
      isLate: true,
    }
  const generation = task.generation - (living ? 1 : 0)
  const command: Command = {
    type: 'task.complete',
    id: task.id,
    agentId: id,
    generation,
    artifacts: [],
    force: false,
    nextFireAt: null,
  }
  // Whoever speaks for an agent that was claimed passes its report on.
  const by = random.chance(0.5) ? asAgent(number, task.id, generation) : PERSON
  return { command, by, isLate: true }
}

/** Agents of people and of other orchestrators have numbers from a million on. */
const launchedNumber = (id: AgentId | null): number[] =>
  id === null || agentNumberOf(id) >= 1_000_000 ? [] : [agentNumberOf(id)]

/** What a living agent does through its own command line. */
export function wishOfAgent(random: SeededRandom, process: Process, count: number): Wish {
  const { taskId: id, agentId, generation } = process
  const by = asAgent(Number(agentId.slice('agent-'.length)), id, generation)
  const rest = { id, agentId, generation, nextFireAt: null }
  const command = random.pick<Command>([
    { type: 'task.log', id, text: 'still at it' },
    { type: 'task.complete', ...rest, artifacts: [{ kind: 'file', path: 'a.txt' }], force: false },
    { type: 'task.fail', ...rest, reason: 'I cannot', class: 'reported' },
    {
      type: 'task.add',
      task: { id: taskId(`t${count}`), title: `t${count}`, description: `what t${count} is about` },
      nextFireAt: null,
    },
    { type: 'yard.pause' },
    { type: 'task.approve', id, note: null, nextFireAt: null },
  ])
  return { command, by, isLate: command.type === 'yard.pause' || command.type === 'task.approve' }
}
