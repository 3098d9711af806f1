import { describe, expect, test } from 'vitest'
import { rowsOf } from '../../../../src/renderer/screens/agents/agent-table.tsx'
import { workFailure } from '../../../../src/domain/failure.ts'
import { doingOf, lookOf, silentFor, tryText } from '../../../../src/renderer/model/agent-state.ts'
import { issueOf } from '../../../../src/renderer/screens/agents/caps-popover.tsx'
import {
  blocksOf,
  nextUp,
  packLanes,
  type Block,
} from '../../../../src/renderer/screens/agents/slots.ts'
import { costSeries, sum } from '../../../../src/renderer/screens/agents/cost-data.ts'
import { spreadOf, stateLayers } from '../../../../src/renderer/screens/agents/trend-data.ts'
import type { ReasonCode } from '../../../../src/domain/reason.ts'
import { agentOf, cardOf } from '../../../support/scripted-host.ts'

const now = Date.parse('2026-11-20T11:00:00Z')
const ago = (ms: number): string => new Date(now - ms).toISOString()

describe('how an agent stands', () => {
  test('two minutes without a word are silence, which names what is busy below it', () => {
    const agent = agentOf('agent-1', 't', {
      lastHeardAt: ago(250_000),
      isBusy: true,
      processes: 2,
    })
    expect(lookOf(agent, now).word).toBe('Silent 4m')
    expect(doingOf(agent, now)?.text).toBe('2 processes, busy')
    expect(silentFor({ ...agent, lastHeardAt: ago(119_000) }, now)).toBeNull()
  })

  test('a person is never silent', () => {
    const agent = agentOf('agent-1', 't', { executorType: 'manual', lastHeardAt: ago(9e6) })
    expect(lookOf(agent, now).word).toBe('Claimed')
  })

  test('an end by its provider is a sleep, any other bad end a failure', () => {
    const failure = { reason: 'no', exitCode: 1, signal: null, resetAt: null, detail: null }
    const ended = (kind: 'quota' | 'exit' | 'question') =>
      agentOf('agent-1', 't', {
        status: 'ended',
        outcome: 'failed',
        failure: { ...failure, class: kind },
      })
    expect(lookOf(ended('quota'), now).state).toBe('parked')
    expect(lookOf(ended('exit'), now).state).toBe('failed')
    expect(lookOf(ended('question'), now)).toEqual({ state: 'waiting', word: 'Asked' })
    expect(doingOf(ended('question'), now)).toEqual({ tag: 'Question', text: 'no' })
  })

  test('a program that said no is told by its code, and by its last words', () => {
    const failed = (kind: 'exit' | 'crash', reason: string, more = {}) =>
      doingOf(
        agentOf('agent-1', 't', {
          status: 'ended',
          outcome: 'failed',
          exitCode: 3,
          failure: workFailure(kind, reason, { exitCode: 3, ...more }),
        }),
        now,
      )
    expect(failed('exit', 'it exited with 3')).toEqual({ tag: 'Exit 3', text: '' })
    const detail = 'checking\nno such file: a.txt\n'
    expect(failed('exit', 'it exited with 3', { detail })).toEqual({
      tag: 'Exit 3',
      text: 'no such file: a.txt',
    })
    expect(failed('crash', 'it exited with 3: out of luck', { detail: 'out of luck' })).toEqual({
      tag: 'Exit 3',
      text: 'out of luck',
    })
    const signal = { exitCode: 143, signal: 'SIGTERM' }
    expect(failed('exit', 'it was ended by SIGTERM', signal)?.tag).toBe('SIGTERM')
    expect(failed('crash', 'the stream broke')).toEqual({ tag: 'Crash', text: 'the stream broke' })
  })

  test('one that a conflict kept from beginning is held up and has not failed', () => {
    const agent = agentOf('agent-1', 't', {
      status: 'ended',
      outcome: 'superseded',
      startedAt: null,
      failure: workFailure('isolation', 'a and b conflict in x; merge-t settles that first'),
    })
    expect(lookOf(agent, now)).toEqual({ state: 'blocked', word: 'Held up' })
    expect(lookOf(agent)).toEqual({ state: 'blocked', word: 'Held up' })
  })

  test('a try is told as its task counts it, of the agent that is at it', () => {
    const card = cardOf('a', { agent: 'agent-4', attempts: 2, attemptsAllowed: 3 })
    expect(tryText(agentOf('agent-4', 'a', { generation: 4 }), card)).toBe('Try 2 of 3')
    expect(tryText(agentOf('agent-3', 'a', { generation: 3 }), card)).toBeNull()
    expect(tryText(agentOf('agent-4', 'a', { status: 'ended' }), card)).toBeNull()
  })
})

test('live shows the last hour below those at work, and the filter reaches titles', () => {
  const end = (id: string, ms: number) =>
    agentOf(id, 't', { status: 'ended', outcome: 'done', endedAt: ago(ms) })
  const parts = {
    live: [agentOf('agent-9', 'other')],
    // As the host tells them, oldest first.
    ended: [end('agent-1', 4_000_000), end('agent-3', 120_000), end('agent-2', 60_000)],
    tasks: new Map([['t', cardOf('t', { title: 'Press kit' })]]),
    nowMs: now,
  }
  const keys = (shown: 'live' | 'ended' | 'all', words = '') =>
    rowsOf({ ...parts, shown, words }).map(({ key }) => key)
  expect(keys('live')).toEqual(['agent-9', 'late', 'agent-2', 'agent-3'])
  expect(keys('ended')).toEqual(['late', 'agent-2', 'agent-3', 'earlier', 'agent-1'])
  expect(keys('all', 'press kit')).toEqual(['late', 'agent-2', 'agent-3', 'earlier', 'agent-1'])
})

test('a try that a model was asked about says what it made of its end, or of its silence', () => {
  const ended = {
    task: 't',
    title: 'Build',
    executor: 'claude',
    model: null,
    outcome: 'lost' as const,
    claimedAt: ago(60_000),
    endedAt: ago(30_000),
    tookMs: 30_000,
  }
  const silent = agentOf('agent-3', 't', {
    claimedAt: ago(20_000),
    triage: { verdict: null, reason: 'no answer within 30s', by: 'judge-2', at: ago(0) },
  })
  const blocks = blocksOf({
    tries: [
      { ...ended, agent: 'agent-1', triage: { verdict: 'restart', reason: 'it went astray' } },
      { ...ended, agent: 'agent-2', claimedAt: ago(50_000) },
    ],
    live: [silent],
    tasks: new Map(),
    people: new Set(),
    nowMs: now,
  })
  expect(blocks.map(({ agent, triage }) => [agent, triage])).toEqual([
    ['agent-1', 'restart (it went astray)'],
    ['agent-2', null],
    ['agent-3', 'no answer (no answer within 30s)'],
  ])
})

test('blocks that overlap never share a slot', () => {
  const block = (agent: string, from: number, to: number): Block => ({
    agent,
    task: 't',
    label: agent,
    state: 'done',
    word: 'Done',
    isAlive: false,
    triage: null,
    from: now + from,
    to: now + to,
  })
  const lanes = packLanes([block('a', 0, 1000), block('b', 500, 2000), block('c', 1000, 3000)])
  expect(lanes.map((lane) => lane.map(({ agent }) => agent))).toEqual([['a', 'c'], ['b']])
})

test('next is the most urgent ready task, and why it has not started', () => {
  const tasks = [cardOf('a'), cardOf('b', { priority: 'high' })]
  const yard = { paused: false, agents: { alive: 4, max: 4 } }
  expect(nextUp(tasks, yard)).toMatchObject({ task: 'b', why: 'when a slot is free' })
  expect(nextUp(tasks, { ...yard, paused: true })?.why).toBe('when the yard is resumed')
  expect(nextUp([cardOf('a', { stuck: 'no such executor' })], yard)).toBeNull()
  const free = { ...yard, agents: { alive: 0, max: 4 } }
  const why = (code: ReasonCode, fact: string) =>
    nextUp([cardOf('a', { fact, reason: { code, subject: null, until: null } })], free)?.why
  expect(why('person', 'Waits for a person')).toBeUndefined()
  expect(why('next', 'Next in line')).toBe('')
  expect(why('untrusted', 'Not trusted')).toBe('not trusted')
  expect(why('breaker', 'Next in line, it said')).toBe('Next in line, it said')
})

test('spreads, layers and usage: unknown stays unknown', () => {
  expect(spreadOf('x', [4, 1, 3, 2])).toMatchObject({ least: 1, lower: 1.75, median: 2.5, most: 4 })
  expect(stateLayers({ open: [1, 0], failed: [0, 0] }).map(({ label }) => label)).toEqual(['Open'])
  const day = {
    day: '2026-11-20',
    costUsd: null,
    inputTokens: null,
    outputTokens: 5,
    tries: 1,
    atLeast: 0,
  }
  expect(costSeries([day], 'cost')[0]?.values).toEqual([null])
  expect(costSeries([day], 'tokens')[0]?.values).toEqual([5])
  expect(sum([null, null])).toBeNull()
})

test('a cap is a whole number up to 1000', () => {
  expect(['0', '1000'].map(issueOf)).toEqual([null, null])
  for (const text of ['', '-1', '1.5', '1001']) expect(issueOf(text)).not.toBeNull()
})
