/** What the command line says in everyday cases: no word twice, no number without its noun, nothing that is not so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { reportLines } from '../../../src/cli/commands/agents/output.ts'
import { countLine, standingOf } from '../../../src/cli/commands/config/model.ts'
import { budgetLines, totalText } from '../../../src/cli/commands/graph/figures.ts'
import { changeLine } from '../../../src/cli/commands/run/progress.ts'
import { stoppedText } from '../../../src/cli/commands/service/stop.ts'
import { outcomeOf, stateText } from '../../../src/cli/text/format.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { hintOf } from '../../../src/domain/near-match.ts'
import type { ReasonCode } from '../../../src/domain/reason.ts'
import { cardOf } from '../../support/scripted-host.ts'
import { openTestYard, type TestYard } from '../yard-command.ts'

describe('words', () => {
  it('of a state are not doubled', () => {
    const why = (code: ReasonCode) => ({ code, subject: null, until: null })
    expect(stateText('paused', 'Paused', why('paused'))).toBe('paused')
    expect(stateText('abandoned', 'Abandoned', why('abandoned'))).toBe('abandoned')
    expect(stateText('paused', 'Draft', why('draft'))).toBe('paused (draft)')
    expect(stateText('blocked', 'Upstream failed', why('upstream-failed'))).toBe(
      'blocked (upstream failed)',
    )
    // What somebody else said keeps its case, also where it begins as ours does.
    expect(stateText('waiting', 'Red or blue?', why('waiting'))).toBe('waiting (Red or blue?)')
    expect(stateText('failed', 'Not found', why('failed'))).toBe('failed (Not found)')
    expect(stateText('ready', null, null)).toBe('ready')
    const card = cardOf('a', { fact: 'Paused', state: 'paused', reason: why('paused') })
    expect(changeLine({ ...card, state: 'ready' }, card)).toBe('‖ a paused')
  })

  it('of a task that is done say how long it was worked on', () => {
    const card = cardOf('a', { state: 'in-progress' })
    const times = { startedAt: '2026-01-01T09:00:00Z', completedAt: '2026-01-01T19:00:00Z' }
    const line = changeLine(card, { ...card, ...times, state: 'done', workedMs: 61_000 })
    expect(line).toBe('✓ a done (1m 01s)')
  })

  it('of an agent that a conflict kept from beginning call it no failure', () => {
    const failure = workFailure('isolation', 'a and b conflict in x; merge-t settles that first')
    expect(outcomeOf({ outcome: 'superseded', failure })).toBe('held-up')
    expect(outcomeOf({ outcome: 'superseded', failure: null })).toBe('superseded')
  })

  it('of an agent’s reports are for people', () => {
    const usage = { inputTokens: 12, outputTokens: 3, costUsd: null }
    expect(reportLines({ kind: 'usage', usage })).toEqual([])
    expect(reportLines({ kind: 'conversation', id: 'c-1' })).toEqual([])
    expect(reportLines({ kind: 'question', text: 'Which\none?' })).toEqual(['? Which', 'one?'])
    expect(reportLines({ kind: 'waiting', until: null, why: 'overloaded' })).toEqual([
      '… waits for its provider: overloaded',
    ])
    expect(reportLines({ kind: 'novel', text: 'x' })).toEqual(['novel: x'])
  })

  it('of a stop say which yards, and what became of their agents', () => {
    const how = { wasRunning: true, processesLeft: [] }
    const yards = [{ root: '/a' }, { root: '/b' }]
    const words = (count: number, killAgents: boolean, agentsLeft: number) =>
      stoppedText(yards.slice(0, count), { ...how, killAgents, agentsLeft })
    expect(words(1, false, 0)).toBe('stopped')
    expect(words(1, false, 1)).toBe('stopped; 1 agent goes on without it')
    expect(words(1, true, 0)).toBe('stopped; no agent of it is left')
    expect(words(2, true, 0)).toBe('stopped 2 yards: /a, /b; no agent of theirs is left')
    const processesLeft = [{ pid: 7, command: 'vi' }]
    const left = { ...how, killAgents: true, agentsLeft: 0, processesLeft }
    expect(stoppedText([{ root: '/a' }], left)).toBe(
      'stopped; not ended, and still there: pid 7 (vi)',
    )
    expect(words(2, false, 3)).toBe('stopped 2 yards: /a, /b; 3 agents go on without them')
  })

  it('of costs leave out what nobody told', () => {
    const none = { costUsd: null, inputTokens: null, outputTokens: null }
    expect(totalText({ ...none, tries: 1 })).toBe('no cost known, 1 try')
    expect(totalText({ costUsd: 2, inputTokens: 1500, outputTokens: 0, tries: 2 })).toBe(
      '$2.00, 1,500 in, 0 out, 2 tries',
    )
  })

  it('of a budget mark what is a lower bound', () => {
    const day = { costUsd: 1, capUsd: 20, tokens: 1500, capTokens: 9000, atLeast: true as const }
    const graph = { costUsd: 2, capUsd: 40, tokens: null, capTokens: null }
    expect(budgetLines({ day, graph, graphSince: null })).toEqual([
      'today   ≥$1.00 of $20.00',
      'today   ≥1,500 of 9,000 tokens',
      'graph   $2.00 of $40.00',
    ])
  })

  it('of executors count programs, not people and services', () => {
    const none = { problem: null, binary: null, version: null, lastFailure: null, canRun: true }
    expect(standingOf({ ...none, type: 'manual' })).toBe('a person does it')
    expect(standingOf({ ...none, type: 'shell', binary: '/bin/sh' })).toBe('yes: /bin/sh')
    const missing = { type: 'codex', canRun: false } as const
    const list = (['manual', 'external', 'schedule', 'http', 'shell'] as const).map((type) => ({
      type,
      canRun: true,
    }))
    expect(countLine([...list, missing])).toBe('1 of 2 programs can run here')
  })

  it('that offer a choice say when they leave some out', () => {
    const known = Array.from({ length: 23 }, (_, n) => `name-${n}`)
    expect(hintOf('?', known, 'names')).toMatch(/^names: name-0, .*, name-19 and 3 more$/)
    expect(hintOf('?', known.slice(0, 2), 'names')).toBe('names: name-0, name-1')
  })
})

describe('a yard', () => {
  let test: TestYard
  beforeAll(async () => {
    test = await openTestYard()
    await test.yard(['add', 'First', '--id', 'a', '--exec', 'true'])
    await test.yard(['run'])
  }, 60_000)
  afterAll(() => test.close())
  const yard = (...words: string[]) => test.yard(words)

  it('counts in words', async () => {
    expect((await yard('cost')).out).toMatch(/, 1 try$/m)
    await yard('add', 'Second', '--id', 'b', '--exec', 'true', '--paused')
    expect((await yard('abandon', 'b')).out).toBe('abandoned b; no task becomes ready by it\n')
    expect((await yard('list', '--status', 'abandoned')).out).toMatch(/^b +abandoned +- /m)
  }, 60_000)

  it('knows no agent that never was, and calls one that has ended late', async () => {
    const unknown = await yard('done', 'a', '--agent', 'agent-99')
    expect([unknown.code, unknown.err]).toEqual([
      3,
      'yard: there is no agent "agent-99"; yard agents lists them\n',
    ])
    expect((await yard('fail', 'a', '--reason', 'x', '--agent', 'agent-99')).code).toBe(3)
    expect((await yard('done', 'a', '--agent', 'agent-1')).code).toBe(4)
  }, 60_000)

  it('sends nobody to ask what a finished task waits for', async () => {
    await yard('add', 'By hand', '--id', 'hand', '--executor', 'manual')
    await yard('done', 'hand')
    const late = await yard('claim', 'hand', '--as', 'me')
    expect([late.code, late.err]).toEqual([4, expect.stringContaining('yard reopen hand')])
    await yard('add', 'Bad', '--id', 'bad', '--exec', 'false')
    await yard('fail', 'bad', '--reason', 'no')
    const merge = await yard('merge', 'bad')
    expect([merge.code, merge.err]).toEqual([4, expect.stringContaining('yard retry bad')])
  }, 60_000)

  it('prints an address alone', async () => {
    expect((await yard('service', 'start')).code).toBe(0)
    const { out, err } = await yard('page')
    expect(out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\S*\n$/)
    expect(err).toContain('within ten minutes')
    expect((await yard('service', 'stop', '--kill-agents')).out).toBe(
      'stopped; no agent of it is left\n',
    )
  }, 60_000)
})
