/**
 * What rows of the journal must be as far as results are judged: what is asked is asked once, what is recorded was said, and nothing
 * leaves its gate but by the score of its own agent, by a person, or as the settings say where nobody judges.
 */
import type { Agent } from '../../src/domain/agent.ts'
import type { Evaluation, EvaluationPolicy } from '../../src/domain/judging/evaluation.ts'
import type { Judgement } from '../../src/domain/judging/judgement.ts'
import type { Task } from '../../src/domain/task.ts'
import type { StoredRow } from '../../src/store/journal.ts'
import type { Judges } from './sim-judge.ts'
import { createTriageTruths } from './triage-truths.ts'
import type { Step } from './truths.ts'
import { holds } from './violation.ts'
import type { World } from './world.ts'

/** Their work is judged only where the task itself says so. */
const UNJUDGED: readonly string[] = ['shell', 'manual', 'external']
const TOLERANCE = 1e-9

/** As the journal tells them. */
interface Entities {
  readonly agent: (id: string) => Agent | undefined
  readonly judgement: (id: string) => Judgement | undefined
}

export interface JudgeTruths {
  /** Before the rows of the next look: what was committed together with them is forgotten. */
  begin(): void
  look(step: Step, entities: Entities): void
}

export function createJudgeTruths(judges: Judges, world: World): JudgeTruths {
  const triages = createTriageTruths(judges, world)
  let ended: Judgement[] = []
  let recorded: Evaluation[] = []
  /** What was known of a task before what was recorded now. */
  const earlier = new Map<string, Task['evaluation']>()
  /** Tasks as they stood before an edit that was committed together with these rows. */
  const edited = new Map<string, Task>()
  /** By the settings of now, and by what the task said when the command was on its way. */
  const policiesOf = (task: Task): EvaluationPolicy[] => {
    const before = edited.get(task.id)
    return [judges.policyOf(task), ...(before ? [judges.policyOf(before)] : [])]
  }
  const onJudgement = ({ row, before, after }: Step): void => {
    const was = before as unknown as Judgement | undefined
    const now = after as unknown as Judgement
    holds(was?.state.kind !== 'ended', 5, () => `${row.event} changed ${row.id}, which has ended`)
    if (row.event === 'judgement.asked')
      holds(was?.state.kind === 'queued', 4, () => `${row.id} was asked as ${was?.state.kind}`)
    if (now.state.kind !== 'ended') return
    ended.push(now)
    if (now.state.outcome === 'unanswered') return
    holds(was?.state.kind === 'asked', 4, () => `${row.id} was answered and never asked`)
    const isKnown = judges.scoreOf(row.id) !== undefined
    holds(isKnown, 5, () => `${row.id} is answered by what no model said`)
  }
  const onEvaluation = (evaluation: Evaluation, { judgement }: Entities): void => {
    recorded.push(evaluation)
    const answers = evaluation.judgements.filter((id) => isAnswered(judgement(id)))
    const said = answers.flatMap((id) => judges.scoreOf(id) ?? [])
    const score = medianOf(said)
    holds(
      score === evaluation.score || Math.abs((score ?? 0) - (evaluation.score ?? 9)) < TOLERANCE,
      5,
      () => `${evaluation.id} is ${evaluation.score}, its judges said ${said.join(' ')}`,
    )
  }
  /** By the coordinator: a person may do as he likes. */
  const onGate = (row: StoredRow, was: Task, now: Task): void => {
    if (was.state.kind !== 'pending-eval') return
    const { agentId, generation } = was.state
    holds(
      ended.some((one) => one.agentId === agentId && one.generation === generation),
      5,
      () => `${row.event} moved ${was.id} by no judgement of ${agentId}`,
    )
    if (!isGood(row, now)) return
    const own = recorded.filter((one) => one.agentId === agentId)
    const passes = policiesOf(was).some((policy) =>
      passesBy(policy, own, earlier.get(was.id) ?? null),
    )
    holds(passes, 4, () => `${was.id} is done, its gate did not let it pass`)
  }
  const onEnd = (row: StoredRow, was: Task, agent: Agent | undefined, now: Task): void => {
    if (was.state.kind !== 'in-progress' || !agent || !isGood(row, now)) return
    const isFree = policiesOf(was).some(
      (policy) =>
        policy.gate.gate.mode === 'off' ||
        (policy.gate.gate.mode === 'score' && !policy.waits) ||
        (!policy.gate.isOwn && (was.merging !== null || UNJUDGED.includes(agent.executorType))),
    )
    holds(isFree, 4, () => `${was.id} is done by ${agent.id}, and was not judged`)
  }
  const onTask = ({ row, before, after }: Step, { agent }: Entities): void => {
    if (!before) return
    const [was, now] = [before as unknown as Task, after as unknown as Task]
    if (row.event === 'evaluation.recorded') earlier.set(row.id, was.evaluation)
    if (row.event === 'task.edited') edited.set(row.id, edited.get(row.id) ?? was)
    // A late look at an earlier agent's work leaves the task's state alone.
    const isLooked = row.event === 'task.looked' && 'state' in row.set
    const isMoved = was.state.kind !== now.state.kind || isLooked
    if (row.by !== 'coordinator' || !isMoved) return
    onGate(row, was, now)
    onEnd(row, was, was.lastAgentId === null ? undefined : agent(was.lastAgentId), now)
  }
  return {
    begin() {
      ended = []
      recorded = []
      edited.clear()
      earlier.clear()
    },
    look(step, entities) {
      const { row, after } = step
      triages.look(step, entities.judgement)
      if (row.entity === 'judgement' && after) onJudgement(step)
      else if (row.entity === 'evaluation') onEvaluation(after as unknown as Evaluation, entities)
      else if (row.entity === 'task' && after) onTask(step, entities)
    },
  }
}

const isAnswered = (judgement: Judgement | undefined): boolean =>
  judgement?.state.kind === 'ended' && judgement.state.outcome === 'answered'

const isGood = ({ event }: StoredRow, { state, lastFailure }: Task): boolean =>
  state.kind === 'done' || (event === 'task.repeated' && lastFailure === null)

function passesBy(
  { gate: { gate }, onFailure }: EvaluationPolicy,
  recorded: readonly Evaluation[],
  earlier: Task['evaluation'],
): boolean {
  if (gate.mode === 'off') return true
  if (gate.mode === 'person') return false
  return recorded.some((evaluation) => {
    const score = countedScore(evaluation, earlier)
    if (score === 'wrong') return false
    if (score === null) return onFailure === 'pass'
    return gate.mode !== 'gated' || score >= gate.threshold - TOLERANCE
  })
}

/** What a person said of the same work holds; what a model said does where no model was asked again. */
function countedScore(
  { score, work, agentId, kept }: Evaluation,
  earlier: Task['evaluation'],
): number | null | 'wrong' {
  const isSame = work !== '' && earlier?.work === work && earlier.agentId !== agentId
  if (kept) return isSame && kept.score === earlier.score ? kept.score : 'wrong'
  return isSame && earlier.by !== undefined ? (earlier.score ?? score) : score
}

function medianOf(scores: readonly number[]): number | null {
  const sorted = scores.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[sorted.length >> 1]]
  return low === undefined || high === undefined ? null : (low + high) / 2
}

/** What is being judged has somebody to judge it. */
export function checkPending(tasks: Iterable<Task>, judgements: Iterable<Judgement>): void {
  const living = [...judgements].filter(({ state }) => state.kind !== 'ended')
  for (const { id, state } of tasks)
    if (state.kind === 'pending-eval')
      holds(
        living.some((one) => one.agentId === state.agentId && one.generation === state.generation),
        6,
        () => `${id} is being judged by nobody`,
      )
}
