/** What each purpose of a judgement asks, and what its answer means. */
import { utcText } from '../../base/clock.ts'
import { oneLine } from '../../base/text.ts'
import type { Judgement, JudgementPurpose, JudgedValue } from '../../domain/judging/judgement.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Settings } from '../../domain/settings.ts'
import type { Store } from '../../store/store.ts'
import {
  evaluationAnswerSchema,
  triageAnswerSchema,
  wireSchema,
  type EvaluationAnswer,
} from '../../judging/answers.ts'
import {
  TRIAGE_PROMPT,
  TRIAGE_SYSTEM,
  triagePrompt,
  type TriagePacket,
} from '../../judging/triage-prompt.ts'
import {
  EVALUATION_PROMPT,
  EVALUATION_SYSTEM,
  evaluationPrompt,
  type EvaluationPacket,
} from '../../judging/evaluation-prompt.ts'
import { ASSIGNMENT_PROMPT } from '../../judging/assignment-prompt.ts'
import type { Prepared, Question } from './question.ts'
import { type AssignmentParts, prepareAssignment } from './assignment-question.ts'
import { CANARIES } from '../../judging/canaries/canaries.ts'
import { checkPlaces, criteriaDisagree, pleads, touchesTests } from '../../judging/places.ts'
import type { Evaluation, Findings, Judge } from '../../domain/judging/evaluation.ts'
import { DIMENSIONS, scoreOf, type Dimensions } from '../../domain/judging/score.ts'
import type { Agent } from '../../domain/agent.ts'
import type { Task } from '../../domain/task.ts'

export interface Questions {
  /** Version of what it asks with. */
  promptOf(purpose: JudgementPurpose): string
  /** Made from what is committed, so that it is the same after a crash. */
  prepare(judgement: Judgement): Promise<Prepared>
}

/** What an agent left, as judges are shown it. */
export interface EvaluationMaterial {
  readonly packet: EvaluationPacket
  /** SHA-256 of diff, answer and artifacts; empty = they are not known, and no other work is the same. */
  readonly work: string
  /** Nothing of it can be seen: no judge can score it. */
  readonly isBare: boolean
}

export interface QuestionParts {
  readonly plan: Plan
  readonly store: Pick<Store, 'agent' | 'judging'>
  readonly settings: () => Settings
  /** Who may be chosen for a task. */
  readonly identities: AssignmentParts['identities']
  readonly clean: AssignmentParts['clean']
  /** Why the scores of a judge decide nothing; null = nothing speaks against it. */
  readonly flagOf: (judge: Judge) => string | null
  readonly materialOf: (task: Task, agent: Agent) => Promise<EvaluationMaterial>
  /** `more`: what the plan alone knows of it. */
  readonly triagePacketOf: (
    task: Task,
    agent: Agent,
    more: readonly string[],
  ) => Promise<TriagePacket>
}

const PROMPTS = {
  evaluation: EVALUATION_PROMPT,
  canary: EVALUATION_PROMPT,
  triage: TRIAGE_PROMPT,
  assignment: ASSIGNMENT_PROMPT,
} as const satisfies Record<JudgementPurpose, string>

export function createQuestions(parts: QuestionParts): Questions {
  return {
    promptOf: (purpose) => PROMPTS[purpose],
    async prepare(judgement) {
      switch (judgement.purpose) {
        case 'canary':
          return prepareCanary(parts, judgement)
        case 'triage':
          return prepareTriage(parts, judgement)
        case 'assignment':
          return prepareAssignment(parts, judgement)
        default:
          return prepareEvaluation(parts, judgement)
      }
    },
  }
}

/** Asked as any result is, so that what it measures is what gates. */
function prepareCanary({ settings }: QuestionParts, { subject }: Judgement): Prepared {
  const canary = CANARIES.find(({ id }) => id === subject)
  if (!canary) return { kind: 'impossible', reason: `there is no canary ${subject} any more` }
  const question = evaluationQuestion(canary.packet, settings(), ({ dimensions }) => ({
    purpose: 'canary',
    score: dimensions && scoreOf(dimensions),
  }))
  return { kind: 'question', question }
}

/** `judged`: what the findings come to; they are made with the marks that the packet shows. */
function evaluationQuestion(
  packet: EvaluationPacket,
  { judging: { maxInput, timeoutMs } }: Settings,
  judged: (findings: Findings) => JudgedValue,
): Question {
  return {
    system: EVALUATION_SYSTEM,
    prompt: evaluationPrompt(packet, maxInput),
    wire: wireSchema(evaluationAnswerSchema),
    timeoutMs,
    schema: evaluationAnswerSchema,
    read(said) {
      const fitted = evaluationAnswerSchema.safeParse(said)
      return fitted.success
        ? { value: judged(findingsOf(fitted.data, packet)) }
        : { error: fitted.error.message }
    },
  }
}

/** What it left, or since when it says nothing. */
async function prepareTriage(parts: QuestionParts, judgement: Judgement): Promise<Prepared> {
  const { plan, store } = parts
  const { taskId, agentId } = judgement
  const { triage, judging } = parts.settings()
  const task = taskId === null ? undefined : plan.tasks.get(taskId)
  const agent = agentId === null ? null : (plan.agents.get(agentId) ?? store.agent(agentId))
  if (!task || !agent)
    return { kind: 'impossible', reason: 'what it is about is not kept any more' }
  const silence = plan.breakers.get(`silence:${agent.id}`)
  const isSilent = silence !== undefined && plan.agents.has(agent.id)
  const since = isSilent
    ? `It is alive and has shown no sign of life for long, as seen at ${utcText(silence.since)}`
    : null
  const packet = await parts.triagePacketOf(task, agent, since === null ? [] : [since])
  const question: Question = {
    system: TRIAGE_SYSTEM,
    prompt: triagePrompt(packet, triage.tail),
    wire: wireSchema(triageAnswerSchema),
    timeoutMs: Math.min(judging.timeoutMs, triage.timeoutMs),
    schema: triageAnswerSchema,
    read(said) {
      const fitted = triageAnswerSchema.safeParse(said)
      if (!fitted.success) return { error: fitted.error.message }
      const { verdict, reason, note } = fitted.data
      return { value: { purpose: 'triage', verdict, reason: oneLine(reason, 500), note } }
    },
  }
  return { kind: 'question', question }
}

const NOTHING_SEEN =
  'there is nothing to see of its result; a verify line or a deliverable would show it'

async function prepareEvaluation(parts: QuestionParts, judgement: Judgement): Promise<Prepared> {
  const { plan, store, settings, flagOf } = parts
  const { taskId, agentId, judge } = judgement
  const task = taskId === null ? undefined : plan.tasks.get(taskId)
  const agent = agentId === null ? null : store.agent(agentId)
  if (!task || !agent)
    return { kind: 'impossible', reason: 'what it is about is not kept any more' }
  const { packet, work, isBare } = await parts.materialOf(task, agent)
  const checks = packet.checks.map(({ name, isOk: ok, tail }) => ({ name, ok, tail }))
  const same = sameWork(parts, task, work, judgement)
  if (same) {
    const { id, judge: by, ...found } = same
    const value = { purpose: 'evaluation', findings: findingsOnly(found), checks } as const
    return { kind: 'known', value: { ...value, kept: { id, judge: by } } }
  }
  if (isBare) return { kind: 'impossible', reason: NOTHING_SEEN }
  const isSameFamily =
    judge !== null && judge.provider !== null && judge.provider === agent.provider
  const question = evaluationQuestion(packet, settings(), (found) => {
    const marks = isSameFamily ? [...found.marks, 'same-family' as const] : found.marks
    const flag = judge === null ? null : flagOf(judge)
    const value = { purpose: 'evaluation', findings: { ...found, marks, work }, checks } as const
    return flag === null ? value : { ...value, flag: `${judge?.executor} is flagged: ${flag}` }
  })
  return { kind: 'question', question }
}

/** What was said of the very same work. Whoever asks again gets a new answer. */
function sameWork(
  parts: QuestionParts,
  task: Task,
  work: string,
  { subject, agentId }: Judgement,
): Evaluation | null {
  const { evaluation: before } = task
  const isKnown = work !== '' && before?.work === work && before.score !== null
  if (subject !== 'gate' || !isKnown || before.agentId === agentId) return null
  const same = parts.store.judging.get(before.id)?.evaluation ?? null
  return same && stillCounts(parts, task, same) ? same : null
}

/** A person's word does; what a judge said that is flagged by now does not. */
const stillCounts = (
  { flagOf }: QuestionParts,
  { evaluation, rejected }: Task,
  { agentId, judge }: Evaluation,
): boolean =>
  evaluation?.by !== undefined ||
  rejected?.agentId === agentId ||
  judge === null ||
  flagOf(judge) === null

const findingsOnly = ({
  dimensions,
  evidence,
  criteria,
  notes,
  marks,
  facts,
  work,
}: Findings): Findings => ({ dimensions, evidence, criteria, notes, marks, facts, work })

function findingsOf(answer: EvaluationAnswer, packet: EvaluationPacket): Findings {
  const said = DIMENSIONS.map((name) => [name, answer.dimensions[name]] as const)
  const marks: Findings['marks'] = []
  if (checkPlaces(answer, packet).missing.length > 0) marks.push('place-not-found')
  if (criteriaDisagree(answer)) marks.push('criteria-disagree')
  if (touchesTests(packet)) marks.push('tests-touched')
  if (pleads(packet)) marks.push('plea')
  return {
    // Every dimension has its entry in the answer's schema.
    dimensions: Object.fromEntries(said.map(([name, { score }]) => [name, score])) as Dimensions,
    evidence: Object.fromEntries(
      said.map(([name, { evidence: text, at }]) => [name, { text, at }]),
    ),
    criteria: answer.criteria,
    notes: answer.notes,
    marks,
    facts: [...packet.facts],
    work: '',
  }
}
