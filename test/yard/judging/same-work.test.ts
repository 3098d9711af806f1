/** Whether a judge is asked of work that is the very same as before. */
import { describe, expect, it } from 'vitest'
import type { EvaluationPacket } from '../../../src/judging/evaluation-prompt.ts'
import { createQuestions, type QuestionParts } from '../../../src/yard/judging/questions.ts'
import type { Task } from '../../../src/domain/task.ts'
import type { Judgement } from '../../../src/domain/judging/judgement.ts'
import { findingsOf } from '../../support/evaluations.ts'
import { loadConfig } from '../../../src/config/load.ts'

const config = loadConfig({ globalFile: 'no-such-file', projectFile: null, env: {} })
if (!config.ok) throw new Error(config.error.message)
const { settings } = config.value

const packet: EvaluationPacket = {
  title: 'a',
  description: '',
  acceptance: [],
  facts: [],
  verify: null,
  checks: [],
  files: [],
  artifacts: [],
  answer: 'done so',
  log: [],
  dependents: [],
  notes: [],
  workedMs: null,
  costUsd: null,
}
const before = { id: 'eval-1', agentId: 'agent-1', at: 0, modelScore: 0.8, passed: true, work: 'w' }

async function askedOf(task: object, flag: string | null = null, more: object = {}) {
  const evaluation = {
    ...findingsOf(0.8, { work: 'w' }),
    id: 'eval-1',
    agentId: 'agent-1',
    judge: { executor: 'c' },
  }
  const parts = {
    plan: { tasks: new Map([['a', task as Task]]), agents: new Map() },
    store: { agent: () => ({ id: 'agent-2' }), judging: { get: () => ({ evaluation }) } },
    settings: () => settings,
    flagOf: () => flag,
    materialOf: () => Promise.resolve({ packet: { ...packet, ...more }, work: 'w', isBare: false }),
  } as unknown as QuestionParts
  const judgement = { purpose: 'evaluation', subject: 'gate', taskId: 'a', agentId: 'agent-2' }
  return createQuestions(parts).prepare({ ...judgement, judge: null } as Judgement)
}

describe('the very same work', () => {
  it('keeps its score, and says whose', async () => {
    const said = await askedOf({ evaluation: { ...before, score: 0.8 } })
    expect(said).toMatchObject({ kind: 'known', value: { kept: { id: 'eval-1' } } })
  })

  it('is asked about anew where its judge is flagged by now', async () => {
    const said = await askedOf({ evaluation: { ...before, score: 0.8 } }, 'it is lenient')
    expect(said.kind).toBe('question')
  })

  it('keeps what a person said of it, whatever its judge is', async () => {
    const task = { evaluation: { ...before, score: 0.2, by: 'ada' } }
    expect((await askedOf(task, 'it is lenient')).kind).toBe('known')
  })
})
