/** Who is asked, who is waited for, and why nobody is. */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { newJudgement, NO_SUBJECT } from '../../../src/domain/decide/evaluated.ts'
import type { Judgement } from '../../../src/domain/judging/judgement.ts'
import type { Breaker } from '../../../src/domain/plan.ts'
import type { Settings } from '../../../src/domain/settings.ts'
import { chooseJudge, type JudgeSource } from '../../../src/yard/judging/choose-judge.ts'

const HOUR = 3_600_000
const config = loadConfig({ globalFile: 'no-such-file', projectFile: null, env: {} })
if (!config.ok) throw new Error(config.error.message)
const base = config.value.settings

const settingsOf = (judging: Partial<Settings['judging']>): Settings => ({
  ...base,
  judging: { ...base.judging, ...judging },
})

const source = (more: Partial<JudgeSource> = {}): JudgeSource => ({
  settings: settingsOf({ executors: ['claude', 'codex'] }),
  plan: { breakers: new Map() },
  isTrusted: true,
  spentToday: () => ({ usd: null, tokens: null }),
  workerProvider: null,
  hostProblem: () => null,
  shortage: () => null,
  flagOf: () => null,
  promptOf: () => 'v1',
  ...more,
})

const asked = (more: Partial<Judgement> = {}): Judgement => ({
  ...newJudgement(
    { lastJudgementNumber: 0 },
    { ...NO_SUBJECT, purpose: 'evaluation', subject: 'gate', by: 'ada', wish: null, at: 0 },
  ),
  ...more,
})

const asleep = (provider: string, until: number | null): ReadonlyMap<string, Breaker> =>
  new Map([
    [
      `provider:${provider}`,
      {
        id: `provider:${provider}`,
        kind: 'provider',
        subject: provider,
        reason: 'used up',
        since: 0,
        until,
      },
    ],
  ])

describe('who is asked', () => {
  it('is nobody while the machine is short of memory, and that is looked at again', () => {
    const shortage = () => 'the machine has 3 MB free of memory'
    expect(chooseJudge(source({ shortage }), asked(), 5000)).toMatchObject({
      kind: 'wait',
      reason: 'the machine has 3 MB free of memory',
      until: 6000,
      of: 'machine',
    })
    expect(chooseJudge(source({ shortage, isTrusted: false }), asked(), 0)).toMatchObject({
      kind: 'wait',
      until: null,
    })
  })

  it('is of another provider than the worker, where there is one', () => {
    expect(chooseJudge(source({ workerProvider: 'anthropic' }), asked(), 0)).toMatchObject({
      kind: 'judge',
      judge: { executor: 'codex', provider: 'openai', prompt: 'v1' },
    })
    expect(chooseJudge(source({ workerProvider: 'openai' }), asked(), 0)).toMatchObject({
      judge: { executor: 'claude' },
    })
  })

  it('is the worker’s own provider where no other is named', () => {
    const settings = settingsOf({ executors: ['claude'] })
    expect(
      chooseJudge(source({ settings, workerProvider: 'anthropic' }), asked(), 0),
    ).toMatchObject({ judge: { executor: 'claude' } })
  })

  it('is whom a person names, flagged or not', () => {
    const judgement = asked({ wish: { executor: 'codex', model: null } })
    expect(chooseJudge(source({ flagOf: () => 'lenient' }), judgement, 0)).toMatchObject({
      judge: { executor: 'codex', provenance: 'named by a person' },
    })
  })

  it('is the next one while the first sleeps', () => {
    const plan = { breakers: asleep('anthropic', HOUR) }
    expect(chooseJudge(source({ plan }), asked(), 0)).toMatchObject({
      judge: { executor: 'codex' },
    })
  })
})

describe('nobody yet', () => {
  const settings = settingsOf({ executors: ['claude'], patienceMs: HOUR })
  const plan = { breakers: asleep('anthropic', 2 * HOUR) }

  it('while all sleep, until the patience is over', () => {
    const wait = { kind: 'wait', until: HOUR, wakesAt: 2 * HOUR }
    expect(chooseJudge(source({ settings, plan }), asked(), 0)).toMatchObject(wait)
    expect(chooseJudge(source({ settings, plan }), asked(), HOUR - 1)).toMatchObject(wait)
    expect(chooseJudge(source({ settings, plan }), asked(), HOUR)).toEqual({
      kind: 'refuse',
      reason: 'anthropic sleeps: used up; it was waited for 1h 00m',
    })
  })

  it('in a yard that is not confirmed', () => {
    expect(chooseJudge(source({ isTrusted: false }), asked(), 0)).toMatchObject({ kind: 'wait' })
  })
})

describe('nobody at all', () => {
  const reasonOf = (more: Partial<JudgeSource>, judgement = asked()): string => {
    const choice = chooseJudge(source(more), judgement, 0)
    return choice.kind === 'refuse' ? choice.reason : choice.kind
  }

  it('names the key where nobody is named', () => {
    expect(reasonOf({ settings: settingsOf({ executors: [] }) })).toContain('judging.executor')
  })

  it('names what each of them lacks', () => {
    const settings = settingsOf({ executors: ['shell', 'claude', 'nobody'] })
    const said = reasonOf({ settings, hostProblem: (name) => `${name} was not found` })
    expect(said).toContain('executor "shell" (shell) has no model to ask')
    expect(said).toContain('claude was not found')
    expect(said).toContain('there is no executor "nobody"')
  })

  it('passes over a flagged judge', () => {
    const said = reasonOf({ flagOf: ({ executor }) => `${executor} is lenient` })
    expect(said).toContain('is flagged: claude is lenient')
    expect(
      chooseJudge(
        source({ flagOf: ({ executor }) => (executor === 'claude' ? 'x' : null) }),
        asked(),
        0,
      ),
    ).toMatchObject({ judge: { executor: 'codex' } })
  })

  it('spends no more than judging may a day', () => {
    const settings = settingsOf({ executors: ['claude'], dayUsd: 1 })
    expect(reasonOf({ settings, spentToday: () => ({ usd: 1, tokens: 5 }) })).toContain('$1.00')
    expect(reasonOf({ settings, spentToday: () => ({ usd: 0.99, tokens: 5 }) })).toBe('judge')
  })

  it('keeps to the caps of the yard', () => {
    const [breaker] = asleep('day', null).values()
    const day = { ...breaker, kind: 'budget', reason: 'the day is spent' } as Breaker
    expect(reasonOf({ plan: { breakers: new Map([['budget:day', day]]) } })).toBe(
      'the day is spent',
    )
  })
})
