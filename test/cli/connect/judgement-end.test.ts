/** Whoever waits for a model is told what that waits for, each thing once. */
import { expect, it } from 'vitest'
import { judgementEnd } from '../../../src/cli/connect/judgement-end.ts'
import type { Client } from '../../../src/cli/connect/owner.ts'
import type { JudgementWait } from '../../../src/contract/judging.ts'
import { toJudgementView } from '../../../src/yard/views/evaluation-view.ts'
import { judgement } from '../../support/recorded-evaluations.ts'

const ENDED = { kind: 'ended', at: 0, outcome: 'answered', reason: null } as const
const PAUSED: JudgementWait = {
  kind: 'pause',
  text: 'the yard is paused',
  until: null,
  hint: 'yard service resume',
}
const ASLEEP: JudgementWait = {
  kind: 'provider',
  text: 'anthropic sleeps: used up',
  until: '2030-05-06T07:08:00.000+00:00',
  hint: null,
}

/** What is said while the answers to `get` are these, and then that it has ended. */
async function said(
  waits: readonly (JudgementWait | null)[],
  told?: Set<string>,
): Promise<readonly string[]> {
  const left = [...waits]
  const get = async () => {
    const isOver = left.length === 0
    const view = toJudgementView(judgement(1, isOver ? { state: ENDED } : {}))
    return { ...view, waits: left.shift() ?? null }
  }
  const client = { judgement: { get } } as unknown as Client
  const lines: string[] = []
  const print = { progress: (text: string) => void lines.push(text) }
  expect((await judgementEnd(print, client, 'judge-1', told)).state).toBe('ended')
  return lines
}

const PAUSED_LINE = 'waiting: the yard is paused; yard service resume ends that'

it('says nothing of what is only slow', async () => {
  expect(await said([null, null])).toEqual([])
})

it('says each thing once, however long it takes', async () => {
  const lines = await said([PAUSED, PAUSED, null, ASLEEP, PAUSED, ASLEEP])
  expect(lines).toEqual([
    PAUSED_LINE,
    expect.stringMatching(/^waiting until .*2030.*: anthropic sleeps: used up$/),
  ])
})

it('says it once of many that wait for the same', async () => {
  const told = new Set<string>()
  expect(await said([PAUSED], told)).toEqual([PAUSED_LINE])
  expect(await said([PAUSED], told)).toEqual([])
})
