import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toDot, toMermaid } from '../../src/domain/graph/drawing.ts'
import { formatDuration, MAX_DURATION_MS, parseDuration } from '../../src/domain/format.ts'
import { nearMatch } from '../../src/domain/near-match.ts'
import {
  mismatchOf,
  profileOf,
  resolveExecutor,
  resolveModel,
  scheduleOf,
} from '../../src/domain/routing/resolve.ts'
import type { Settings } from '../../src/domain/settings.ts'
import { mergeTexts } from '../../src/config/load.ts'
import { errorOf, valueOf } from './support.ts'

const PROFILES = `[executors.nightly]
type = "schedule"
then = "reviewer"
schedule = "02:00"
[executors.later]
type = "schedule"
[executors.reviewer]
type = "claude"
model = "haiku"
[executors.cli]
type = "command"
command = ["x", "--model={model}"]
[executors.plain]
type = "command"
command = ["x"]
[models.free]
provider = "openrouter"
model_id = "deepseek/v3"
`
const { settings } = valueOf(
  mergeTexts({ globalFile: '', projectFile: '', env: {} }, { global: '', project: PROFILES }),
)
const executor = (name: string | null, exec: string | null = null) =>
  valueOf(resolveExecutor(settings, { executor: name, exec })).profile.name
const profile = (name: string) => profileOf(settings, name) ?? expect.fail(name)
const model = (task: string | null, name: string, with_: Settings = settings) =>
  resolveModel(with_, { model: task }, profile(name))

describe('the executor of a task', () => {
  it('is the named one, shell for a command, else the default; a schedule hands on', () => {
    expect(executor(null)).toBe('claude')
    expect(executor(null, 'true')).toBe('shell')
    expect(executor('reviewer')).toBe('reviewer')
    expect(executor('default')).toBe('claude')
    expect(executor('nightly')).toBe('reviewer')
    expect(executor('later')).toBe('claude')
    expect(executor('later', 'true')).toBe('shell')
    const { why } = valueOf(resolveExecutor(settings, { executor: 'nightly', exec: null }))
    expect(why).toBe('named by the task; "nightly" hands on to "reviewer"')
  })

  it.each(['nope', 'constructor', '__proto__', 'ftp://x'])('is unknown: %s', (name) => {
    expect(errorOf(resolveExecutor(settings, { executor: name, exec: null })).kind).toBe(
      'unknown-executor',
    )
  })

  it('is the built-in service at an address that the task names, without a password in it', () => {
    const named = valueOf(resolveExecutor(settings, { executor: 'http://x:1/a?b=c', exec: null }))
    expect(named.profile).toMatchObject({ type: 'http', url: 'http://x:1/a?b=c', headers: {} })
    for (const address of ['http://me:secret@x/', 'http://', 'http://x/ y', 'https://x/#z']) {
      const refused = errorOf(resolveExecutor(settings, { executor: address, exec: null }))
      expect(refused.kind).toBe('bad-request')
      expect(refused.message).not.toContain('secret')
    }
  })

  it('has a near match, and never goes round in a cycle', () => {
    expect(errorOf(resolveExecutor(settings, { executor: 'reviwer', exec: null })).hint).toBe(
      'did you mean "reviewer"?',
    )
    const round: Settings = {
      ...settings,
      coordinator: { ...settings.coordinator, executor: 'later' },
    }
    expect(errorOf(resolveExecutor(round, { executor: null, exec: null })).message).toContain(
      'later → later',
    )
  })

  it('gives its schedule and says what it cannot do', () => {
    expect(scheduleOf(settings, { executor: 'nightly', schedule: null })).toEqual({
      spec: '02:00',
      tz: null,
    })
    expect(scheduleOf(settings, { executor: 'later', schedule: null })).toBeNull()
    expect(mismatchOf({ exec: null }, profile('shell'))?.kind).toBe('bad-request')
    expect(mismatchOf({ exec: 'x' }, profile('claude'))?.kind).toBe('bad-request')
    expect(mismatchOf({ exec: 'x' }, profile('shell'))).toBeNull()
  })
})

describe('the model of a task', () => {
  it('is the task’s, the profile’s, the coordinator’s where it fits, else the executor’s own', () => {
    expect(valueOf(model('sonnet', 'reviewer'))).toMatchObject({
      name: 'sonnet',
      why: 'named by the task',
    })
    expect(valueOf(model(null, 'reviewer')).name).toBe('haiku')
    expect(valueOf(model(null, 'claude'))).toEqual({
      name: 'opus',
      modelId: 'opus',
      why: 'coordinator.model',
    })
    expect(valueOf(model(null, 'codex'))).toMatchObject({ name: null, modelId: null })
    expect(valueOf(model('deepseek/v3', 'cli'))).toMatchObject({
      name: 'free',
      modelId: 'deepseek/v3',
    })
    expect(valueOf(model('free', 'claude')).modelId).toBe('deepseek/v3')
  })

  it('is nothing for executors that take none', () => {
    for (const name of ['shell', 'manual', 'plain'])
      expect(valueOf(model(null, name)).name).toBeNull()
    expect(valueOf(model('opus', 'shell')).name).toBeNull()
  })

  it('is refused when unknown, missing or of another provider', () => {
    expect(errorOf(model('sonet', 'claude'))).toMatchObject({
      kind: 'unknown-model',
      hint: 'did you mean "sonnet"?',
    })
    expect(errorOf(model('toString', 'claude')).kind).toBe('unknown-model')
    expect(errorOf(model('sonet', 'shell')).kind).toBe('unknown-model')
    expect(errorOf(model(null, 'cli')).kind).toBe('unknown-model')
    expect(errorOf(model('sonnet', 'codex')).message).toContain('anthropic')
  })
})

describe('durations', () => {
  it('are read back from their shortest form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_DURATION_MS }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
    expect(formatDuration(5_400_000)).toBe('90m')
  })
  it.each([
    ['1.5h', 5_400_000],
    ['60s', 60_000],
    ['5 m', 300_000],
    ['5', null],
    ['-5s', null],
    ['5w', null],
    ['', null],
    ['99999999d', null],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })
})

it('a near match is near', () => {
  expect(nearMatch('biuld', ['build', 'test'])).toBe('build')
  expect(nearMatch('xyz', ['build', 'test'])).toBeNull()
  expect(nearMatch('x'.repeat(1_000_000), ['build'])).toBeNull()
})

describe('drawings', () => {
  const hostile = [
    {
      id: 'end',
      title: 'a"] --> t1; click t0 "javascript:x" <b>&\n%%',
      after: [],
      state: 'ready' as const,
    },
    { id: '0-x', title: '\\" ]; evil -> node; "\u2028', after: ['end', 'elsewhere'] },
  ]
  it('hold hostile titles as text', () => {
    expect(toMermaid(hostile)).toBe(
      'flowchart LR\n' +
        '  t0["end: a#34;#93; --#62; t1#59; click t0 #34;javascript:x#34; #60;b#62;#38; #37;#37; (ready)"]\n' +
        '  t1["0-x: #92;#34; #93;#59; evil -#62; node#59; #34; "]\n' +
        '  t0 --> t1\n',
    )
    expect(toDot(hostile)).toContain('  "0-x" [label="0-x: \\\\\\" ]; evil -> node; \\" "];\n')
    expect(toDot(hostile)).toContain('  "end" -> "0-x";\n}')
  })
})
