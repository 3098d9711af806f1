/** A yard's database in which results were judged: written by the same rules, without asking a model. */
import type { Actor, Command } from '../../src/domain/command.ts'
import { decide } from '../../src/domain/decide/decide.ts'
import type { Event } from '../../src/domain/event.ts'
import { evolve } from '../../src/domain/evolve/evolve.ts'
import { agentIdOf } from '../../src/domain/ids.ts'
import {
  type Evaluation,
  evaluationSchema,
  type Opinion,
  opinionSchema,
} from '../../src/domain/judging/evaluation.ts'
import { type Judgement, judgementSchema } from '../../src/domain/judging/judgement.ts'
import { DIMENSIONS, type Dimensions, scoreOf } from '../../src/domain/judging/score.ts'
import { openStore, type OpenStore } from '../../src/store/open-store.ts'
import { START_AT } from './manual-clock.ts'
import { addCommand, claimOf, COORDINATOR, endCommand, PERSON, taskId } from './plan-builder.ts'

/** Every dimension the same, or as said. */
export const dimensionsOf = (value: number, more: Partial<Dimensions> = {}): Dimensions =>
  ({ ...Object.fromEntries(DIMENSIONS.map((name) => [name, value])), ...more }) as Dimensions

export const JUDGE: NonNullable<Evaluation['judge']> = {
  executor: 'judge',
  model: 'opus',
  modelId: 'opus-1',
  provider: 'anthropic',
  provenance: 'judging.executor',
  prompt: '1',
}

/** As the rules make one: the score is that of the dimensions unless it is said. */
export function evaluation(
  number: number,
  task: string,
  agent: number,
  more: Partial<Evaluation> = {},
): Evaluation {
  const dimensions = more.dimensions === undefined ? dimensionsOf(0.9) : more.dimensions
  return evaluationSchema.parse({
    id: `eval-${number}`,
    taskId: task,
    agentId: agentIdOf(agent),
    generation: 1,
    kind: 'other',
    at: START_AT + number * 1000,
    status: 'scored',
    reason: null,
    score: dimensions === null ? null : scoreOf(dimensions),
    dimensions,
    evidence: { correctness: { text: 'it does what was asked', at: 'src/a.ts:2' } },
    criteria: [{ text: 'a button', verdict: 'met', at: 'src/a.ts:1' }],
    notes: 'Small, and the test fails without the change.',
    checks: [],
    facts: [],
    judge: JUDGE,
    judgements: [`judge-${number}`],
    looks: 1,
    spread: null,
    marks: [],
    gate: '0.7',
    passed: true,
    work: `w${number}`,
    costUsd: 0.02,
    ...more,
  })
}

export const opinion = (id: string, of: Evaluation, more: Partial<Opinion> = {}): Opinion =>
  opinionSchema.parse({
    id,
    evaluationId: of.id,
    taskId: of.taskId,
    at: of.at + 60_000,
    by: 'ada',
    score: 0.5,
    dimensions: null,
    note: 'not what we meant',
    isAudit: false,
    ...more,
  })

export const judgement = (number: number, more: Partial<Judgement> = {}): Judgement =>
  judgementSchema.parse({
    id: `judge-${number}`,
    purpose: 'evaluation',
    taskId: null,
    agentId: null,
    generation: null,
    subject: '1',
    queuedAt: START_AT + number * 1000,
    by: 'coordinator',
    state: { kind: 'queued', notBefore: null },
    turn: 1,
    wish: null,
    judge: null,
    usage: null,
    costSource: null,
    ...more,
  })

export interface Recorder {
  readonly opened: OpenStore
  add(id: string, more?: Parameters<typeof addCommand>[1]): void
  /** One try that ended well, by this executor and model, at this price. */
  tryTask(
    id: string,
    number: number,
    how?: { readonly executor?: string; readonly model?: string; readonly usd?: number },
  ): void
  /** One try of an agent with a model behind it that was lost, and left something. */
  loseTask(id: string, number: number, executor: string): void
  hold(id: string): void
  judged(evaluation: Evaluation): Evaluation
  said(opinion: Opinion): void
  asked(judgement: Judgement): void
  /** By its rules, as somebody's command. */
  run(command: Command, by?: Actor): void
}

export function recorderOf(opened: OpenStore): Recorder {
  const { plan, writer } = opened
  let ids = 0
  const write = (events: readonly Event[]): void => {
    writer.begin()
    for (const event of events)
      for (const change of evolve(plan, event)) {
        plan.put(change)
        writer.write(change, { at: START_AT, event: event.type, by: 'test' })
      }
    writer.commit()
  }
  const run: Recorder['run'] = (command, by = PERSON) => {
    const newId = () => `r${(ids += 1)}`
    const decision = decide(plan, command, { at: START_AT, by, newId })
    if (!decision.ok) throw new Error(`${command.type}: ${decision.error.message}`)
    write(decision.value.events)
  }
  return {
    opened,
    add: (id, more) => run(addCommand(id, more)),
    tryTask(id, number, { executor = 'shell', model, usd } = {}) {
      const claim = claimOf(id, number, { executor, model: model ?? null })
      run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
      const generation = plan.agents.get(agentIdOf(number))?.generation ?? 1
      const end = endCommand(number, generation)
      const usage = usd === undefined ? null : { ...NO_USAGE, costUsd: usd }
      run({ ...end, usage }, COORDINATOR)
    },
    loseTask(id, number, executor) {
      const claim = claimOf(id, number, { executor, executorType: 'claude', provider: 'anthropic' })
      run({ type: 'agents.claim', claims: [claim] }, COORDINATOR)
      const generation = plan.agents.get(agentIdOf(number))?.generation ?? 1
      run(endCommand(number, generation, { how: 'lost', exit: null, work: 'found' }), COORDINATOR)
    },
    hold: (id) => run({ type: 'task.hold', id: taskId(id) }),
    judged(evaluation) {
      write([{ type: 'evaluation.recorded', at: evaluation.at, evaluation }])
      return evaluation
    },
    said: (opinion) => write([{ type: 'evaluation.scored', at: opinion.at, opinion }]),
    asked: (judgement) => write([{ type: 'judgement.queued', at: judgement.queuedAt, judgement }]),
    run,
  }
}

const NO_USAGE = {
  inputTokens: null,
  outputTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd: null,
}

/** Writes into the database of a yard that nobody has open. */
export async function recordInto(path: string, write: (recorder: Recorder) => void): Promise<void> {
  const opened = await openStore({ path, at: START_AT })
  if (!opened.ok) throw new Error(opened.error.message)
  write(recorderOf(opened.value))
  opened.value.close()
}
