/**
 * The `JudgingPort` over simulated models. What a model was asked and what it said lies in folders that outlive every owner: whoever asks
 * for the same turn again finds it there. Each step is an effect that the history runs when it likes, or never.
 */
import type { Clock } from '../../src/base/clock.ts'
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import type { Agent } from '../../src/domain/agent.ts'
import type { AgentId } from '../../src/domain/ids.ts'
import { gateOf, type EvaluationPolicy } from '../../src/domain/judging/evaluation.ts'
import type {
  JudgeChoice,
  Judgement,
  JudgementReply,
  Postponement,
} from '../../src/domain/judging/judgement.ts'
import {
  TRIAGE_VERDICTS,
  type TriagePolicy,
  type TriageVerdict,
} from '../../src/domain/judging/triage.ts'
import type { Withdrawal } from '../../src/domain/landing.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { DEFAULT_WEIGHTS, parseGate, type Gate } from '../../src/domain/judging/score.ts'
import type { Task } from '../../src/domain/task.ts'
import { answered, unanswered, verdict } from '../support/evaluations.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import type { SeededRandom } from '../support/seeded-random.ts'
import { holds } from './violation.ts'

/** What the configuration says of results. */
export interface SimGates extends Omit<EvaluationPolicy, 'gate'> {
  readonly gate: Gate
  readonly db: Gate
  /** Whether a model is asked about agents that end badly; null = none is. */
  readonly triage: TriagePolicy | null
}

/** One question that a model was really asked, and paid for. */
interface Turn {
  readonly said: JudgementReply | Postponement
  /** Monotonic instant at which its answer is there. */
  readonly answersAt: number
}

export interface Judges {
  /** By judgement and turn. */
  readonly turns: ReadonlyMap<string, Turn>
  readonly gates: SimGates
  /** Highest number of a judgement that has a folder. */
  readonly highest: number
  policyOf(task: Task): EvaluationPolicy
  /** What its model said of a result; undefined = it has said nothing that counts, null = nothing of use. */
  scoreOf(judgementId: string): number | null | undefined
  /** What its model said of an agent; undefined = it has said nothing that counts. */
  verdictOf(judgementId: string): TriageVerdict | undefined
  /** Triages that were answered by a verdict. */
  readonly verdicts: number
  /** A person sets other gates; what happened, in words. */
  change(): string
  /** From now on every model answers, and well. */
  calm(): void
  portFor(owner: OwnerOfPort): JudgingPort
}

interface OwnerOfPort {
  readonly clock: Pick<Clock, 'now' | 'monotonic' | 'after'>
  readonly later: (label: string, run: () => void) => void
  readonly plan: Plan
  readonly agentOf: (id: AgentId) => Agent | null
}

export interface JudgeFaults {
  /** It asks anew what it has asked before. */
  readonly paysTwice: boolean
  /** Everything passes. */
  readonly ignoresGates: boolean
  /** Nothing has a gate: what is looked at is something else. */
  readonly hasNoGates: boolean
  /** A model is always asked about agents that end badly. */
  readonly triagesAll: boolean
}

const LANE = 3
const GATES = ['off', 'score', '0.5', '0.8', 'person']
const NO_GATE = { mode: 'off' } as const
const OFF = { gate: NO_GATE, source: 'config', isOwn: false } as const

export function createJudges(random: SeededRandom, faults: JudgeFaults): Judges {
  const turns = new Map<string, Turn>()
  const scores = new Map<string, number | null>()
  const verdicts = new Map<string, TriageVerdict>()
  const gate = (): Gate => parseGate(random.pick(GATES)) ?? NO_GATE
  const some = (): SimGates => ({
    gate: gate(),
    db: gate(),
    kind: 'other',
    weights: DEFAULT_WEIGHTS,
    retries: random.int(0, 2),
    secondLook: random.pick([0, 0.1, 0.5]),
    onFailure: random.pick(['pass', 'hold', 'fail'] as const),
    waits: random.chance(0.7),
    triage:
      faults.triagesAll || random.chance(0.7) ? { timeoutMs: random.pick(PATIENCE_MS) } : null,
  })
  let gates = some()
  let isCalm = false
  let highest = 0

  const policyOf = (task: Task): EvaluationPolicy => {
    const { gate: ofYard, db, triage: _, ...rest } = gates
    if (faults.hasNoGates) return { ...rest, gate: OFF }
    return { ...rest, gate: gateOf(task, { gate: ofYard, tags: { db } }) }
  }
  const choose = (now: number): JudgeChoice => {
    const what = isCalm ? 'judge' : random.weighted(CHOICES)
    if (what === 'judge') return { kind: 'judge', judge: JUDGE }
    if (what === 'refuse') return { kind: 'refuse', reason: 'nobody can judge' }
    const until = what === 'wait' ? now + random.int(1, 120_000) : null
    return { kind: 'wait', reason: 'asleep', until }
  }
  const say = ({ turn, purpose }: Judgement, now: number): Turn['said'] => {
    const what = isCalm ? 'answers' : random.weighted(ANSWERS)
    if (what === 'silent') return unanswered()
    if (what === 'refuses')
      return {
        until: now + random.int(1, 120_000),
        reason: 'overloaded',
        provider: random.pick([null, 'anthropic']),
        turn: turn + 1,
      }
    if (purpose === 'triage')
      return isCalm || random.chance(0.9)
        ? verdict(random.pick(TRIAGE_VERDICTS), { note: random.pick(['', 'mind the gap']) })
        : unanswered('its answer did not fit twice')
    const score = random.chance(0.1) ? null : random.int(0, 100) / 100
    const isSplit = random.chance(0.1)
    return answered(score, {
      work: random.pick(['', '', 'the same']),
      marks: isSplit ? ['criteria-disagree'] : [],
    })
  }
  /** The model is asked: from here on it is paid for. */
  const pay = (judgement: Judgement, clock: OwnerOfPort['clock']): void => {
    const { id, turn } = judgement
    const key = `${id}#${turn}`
    holds(!turns.has(key), 4, () => `${key} was asked and paid for twice`)
    holds(!scores.has(id), 4, () => `${key} was asked though ${id} had been answered`)
    const said = say(judgement, clock.now())
    // Some think longer than a task takes that is done anew.
    const thinksMs = random.pick(faults.triagesAll ? QUICK_MS : [0, 0, 20_000, 600_000, 3_600_000])
    turns.set(key, { said, answersAt: clock.monotonic() + thinksMs })
    highest = Math.max(highest, Number(id.slice('judge-'.length)))
    if ('value' in said) scores.set(id, scoreIn(said))
    if ('value' in said && said.value?.purpose === 'triage') verdicts.set(id, said.value.verdict)
  }
  const portFor = ({ clock, later, plan, agentOf }: OwnerOfPort): JudgingPort => {
    const underWay = new Set<string>()
    const comesLate = (judgement: Judgement): boolean =>
      judgement.purpose === 'triage'
        ? random.chance(0.3) && isAwaited(plan, judgement)
        : isDoneAnew(plan, judgement)
    const ask = (
      judgement: Judgement,
      withdrawn: Withdrawal,
    ): Promise<JudgementReply | Postponement | null> => {
      const { id, turn, state } = judgement
      const key = `${id}#${turn}`
      const isBeside = underWay.has(id)
      const others = underWay.size
      underWay.add(id)
      return new Promise((resolve) => {
        const end = (reply: Turn['said'] | null): void => {
          underWay.delete(id)
          resolve(reply)
        }
        const hear = (): void =>
          later(`an answer to ${key}`, () => {
            if (!isCalm && random.chance(0.1)) return end(null)
            if (!isCalm && comesLate(judgement)) return void clock.after(LATE_MS, hear)
            end(turns.get(key)?.said ?? unanswered())
          })
        const listen = (): void => {
          const waitMs = (turns.get(key)?.answersAt ?? 0) - clock.monotonic()
          if (isCalm || waitMs <= 0) hear()
          else clock.after(waitMs, hear)
        }
        const begin = (): void => {
          holds(state.kind === 'asked', 4, () => `${id} is asked before that is saved`)
          holds(!isBeside, 1, () => `${id} is asked beside itself`)
          holds(others < LANE, 3, () => `${id} is asked beside ${others} others`)
          if (turns.has(key) && !faults.paysTwice) return listen()
          if (withdrawn.aborted) return end(unanswered('withdrawn'))
          if (!isCalm && random.chance(0.1)) return end(null)
          pay(judgement, clock)
          listen()
        }
        withdrawn.addEventListener('abort', () => later(`${key} is ended`, () => end(null)))
        later(`a model is asked ${key}`, begin)
      })
    }
    return {
      judge: { choose: (_, at) => choose(at), ask },
      policyOf: faults.ignoresGates ? (task) => ({ ...policyOf(task), gate: OFF }) : policyOf,
      triage: () => (faults.hasNoGates ? null : gates.triage),
      agentOf,
      lane: () => LANE,
    }
  }
  return {
    turns,
    get gates() {
      return gates
    },
    get highest() {
      return highest
    },
    policyOf,
    scoreOf: (id) => scores.get(id),
    verdictOf: (id) => verdicts.get(id),
    get verdicts() {
      return verdicts.size
    },
    change() {
      gates = some()
      const { gate: mode, db, onFailure, triage } = gates
      return `gates: ${JSON.stringify([mode, db])}, ${onFailure} where nobody judges, triage ${triage?.timeoutMs}`
    },
    calm: () => void (isCalm = true),
    portFor,
  }
}

/** The worst moment for an answer to an earlier try is when the next one is being judged. */
function isDoneAnew(plan: Plan, { taskId }: Judgement): boolean {
  const { kind = 'done' } = (taskId === null ? undefined : plan.tasks.get(taskId)?.state) ?? {}
  return kind === 'open' || kind === 'in-progress'
}
/** Its own try is the last so far: an answer comes best when the next is under way. */
const isAwaited = (plan: Plan, { id, taskId, generation }: Judgement): boolean =>
  plan.judgements.has(id) && taskId !== null && plan.tasks.get(taskId)?.generation === generation
const LATE_MS = 60_000
const PATIENCE_MS = [5_000, 300_000, 3_600_000]
/** Most answer while it is waited for. */
const QUICK_MS = [0, 0, 0, 20_000, 600_000]

const CHOICES = { judge: 16, wait: 2, idle: 1, refuse: 1 } as const
const ANSWERS = { answers: 14, silent: 2, refuses: 3 } as const

const scoreIn = ({ value }: JudgementReply): number | null =>
  value?.purpose === 'evaluation' ? (value.findings.dimensions?.correctness ?? null) : null
