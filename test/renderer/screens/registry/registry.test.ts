import { expect, test } from 'vitest'
import {
  countNote,
  fixesOf,
  foundText,
  isMissing,
  standingOf,
} from '../../../../src/renderer/screens/registry/executors/executor-state.ts'
import {
  commandOf,
  editsOf as newExecutorEdits,
  issuesOf as newExecutorFaults,
} from '../../../../src/renderer/screens/registry/executors/new-executor.tsx'
import { headerIssues } from '../../../../src/renderer/screens/registry/executors/header-form.tsx'
import { untestedReason } from '../../../../src/renderer/screens/registry/executors/executor-test-run.tsx'
import {
  modelStops,
  usesOf as executorUses,
} from '../../../../src/renderer/screens/registry/executors/executor-panel.tsx'
import {
  changedBy,
  inUseReason,
  runsModels,
  usesOf as modelUses,
} from '../../../../src/renderer/screens/registry/models/model-use.ts'
import {
  editsOf,
  issuesOf,
  inputOf,
  saidOf,
} from '../../../../src/renderer/screens/registry/models/model-dialog.tsx'
import type { ExecutorView, ModelView } from '../../../../src/renderer/model/session/link.ts'
import type { ConfigEntry } from '../../../../src/renderer/components/config-entry.ts'
import type { FoundCli } from '../../../../src/contract/start-screen.ts'
import { cardOf } from '../../../support/scripted-host.ts'

const executor = (more: Partial<ExecutorView> = {}): ExecutorView => ({
  name: 'claude',
  type: 'claude',
  model: null,
  permissions: 'bypass',
  maxAgents: null,
  alive: 0,
  canRun: true,
  problem: null,
  binary: '/bin/claude',
  version: null,
  credentials: null,
  lastFailure: null,
  account: 'anthropic',
  fallback: null,
  models: [],
  ...more,
})
const model = (name: string, more: Partial<ModelView> = {}): ModelView => ({
  name,
  provider: 'anthropic',
  modelId: `id-${name}`,
  endpoint: null,
  apiKeyEnv: null,
  tier: null,
  isDefault: false,
  source: 'project',
  roles: [],
  contextWindow: null,
  costIn: null,
  costOut: null,
  costCached: null,
  priceDate: null,
  ...more,
})
const entry = (
  key: string,
  value: unknown,
  source: ConfigEntry['source'] = 'project',
): ConfigEntry => ({
  key,
  value,
  source,
  ...(source === 'default'
    ? { file: null, line: null }
    : { file: '/y/.yard/config.toml', line: 3 }),
})
const task = cardOf
const cli: FoundCli = {
  type: 'claude',
  label: 'Claude Code',
  path: '/bin/claude',
  version: '2.1.197',
  problem: null,
  install: 'npm install -g claude',
}
const NO_INPUT = inputOf(null)
const held = { key: 'k', reason: 'why', since: '2026-01-01T00:00:00Z', until: null }

test('an executor stands as its program, its breaker and its provider let it', () => {
  expect(standingOf(executor(), [])).toEqual({ lamp: 'done', word: 'Ready', reason: null })
  const gone = executor({ canRun: false, problem: 'claude was not found on the PATH' })
  const provider = { ...held, kind: 'provider', subject: 'anthropic' } as const
  expect(standingOf(gone, [provider])).toMatchObject({ lamp: 'failed', reason: gone.problem })
  expect(standingOf(executor(), [provider])).toMatchObject({ lamp: 'parked', word: 'Signed out' })
  const rests = { ...provider, until: new Date(Date.now() + 60_000).toISOString() }
  expect(standingOf(executor(), [rests]).word).toMatch(/^Asleep until /)
  // Another account at the same provider goes on.
  const other = executor({ account: 'anthropic (OTHER_KEY)' })
  expect(standingOf(other, [rests])).toMatchObject({ word: 'Ready' })
  const launch = { ...held, kind: 'launch', subject: 'claude' } as const
  expect(standingOf(executor(), [launch])).toMatchObject({ word: 'Held', reason: 'why' })
  expect(standingOf(executor({ name: 'other' }), [launch])).toMatchObject({ word: 'Ready' })
  expect(standingOf(executor({ type: 'shell', account: null }), [provider])).toMatchObject({
    word: 'Ready',
  })
})

test('the version is that of the very program that the profile uses', () => {
  expect(foundText(executor(), [cli])).toBe('2.1.197')
  expect(foundText(executor({ binary: '/opt/claude' }), [cli])).toBe('/opt/claude')
  expect(foundText(executor({ binary: null }), [{ ...cli, path: null }])).toBe('')
  expect(foundText(executor({ type: 'manual', binary: null }), [])).toBe('A person')
})

test('what mends an executor fits its cause', () => {
  const gone = executor({ canRun: false, binary: null, problem: 'gone' })
  const commands = (view: ExecutorView, hasProgram: boolean): readonly string[] =>
    fixesOf(view, [cli], hasProgram).map(({ command }) => command)
  expect(commands(gone, false)).toEqual([
    'npm install -g claude',
    `yard config 'executors.claude.command' '["/path/to/claude"]'`,
  ])
  // Another copy on the PATH would not be used.
  expect(commands(gone, true)).toEqual([
    `yard config 'executors.claude.command' '["/path/to/claude"]'`,
  ])
  expect(commands({ ...gone, name: 'a.b', type: 'command' }, true)[0]).toContain(
    `'executors."a.b".command'`,
  )
  expect(commands({ ...gone, type: 'shell' }, false)).toEqual([])
  expect(commands(executor(), false)).toEqual([])
})

test('users of an executor: unfinished tasks, those that name none, those that hand on', () => {
  const tasks = [
    task('a', { executor: 'claude' }),
    task('b', { executor: 'claude', status: 'done', state: 'done' }),
    task('c', { executor: null }),
    task('d', { executor: 'shell' }),
  ]
  const config = [
    entry('coordinator.executor', 'claude', 'default'),
    entry('executors.nightly.then', 'claude'),
  ]
  expect(executorUses('claude', tasks, config)).toEqual({
    named: 1,
    byDefault: 1,
    handedBy: ['nightly'],
  })
  expect(executorUses('shell', tasks, config)).toEqual({ named: 1, byDefault: 0, handedBy: [] })
})

test('a model is in use by name or by id; finished tasks do not count', () => {
  const opus = model('opus', { modelId: 'opus-4' })
  const tasks = [
    task('a', { title: 'A', model: 'opus' }),
    task('b', { title: 'B', model: 'opus-4' }),
    task('c', { model: 'opus', status: 'abandoned', state: 'abandoned' }),
    task('d', { model: null }),
  ]
  const config = [
    entry('coordinator.model', 'opus'),
    entry('executors.claude.model', 'opus'),
    entry('caps.models.opus', 2),
    entry('coordinator.executor', 'opus'),
  ]
  const use = modelUses(opus, tasks, config)
  expect(use.tasks.map(({ id }) => id)).toEqual(['a', 'b'])
  expect(use.executors).toEqual(['claude'])
  expect(use.keys).toEqual(['coordinator.model', 'caps.models.opus'])
  expect(inUseReason(opus, use)).toBe(
    'opus is in use: coordinator.model, caps.models.opus, executor claude, “A”, “B”.',
  )
  expect(inUseReason(model('free'), modelUses(model('free'), tasks, config))).toBeNull()
})

test('many users are counted after the fifth', () => {
  const tasks = Array.from({ length: 8 }, (_, n) => task(`t${n}`, { title: `T${n}`, model: 'm' }))
  const reason = inUseReason(model('m'), modelUses(model('m'), tasks, []))
  expect(reason).toBe('m is in use: “T0”, “T1”, “T2”, “T3”, “T4”, 3 more tasks.')
})

test('another default changes those whose executor speaks to a provider of the old or the new', () => {
  const opus = model('opus', { isDefault: true })
  const sonnet = model('sonnet')
  const gpt = model('gpt', { provider: 'openai' })
  const executors = [
    executor(),
    executor({ name: 'codex', type: 'codex' }),
    executor({ name: 'fixed', model: 'haiku' }),
    executor({ name: 'shell', type: 'shell' }),
    executor({ name: 'nightly', type: 'schedule' }),
  ]
  const config = [
    entry('coordinator.executor', 'claude', 'default'),
    entry('executors.nightly.then', 'codex'),
  ]
  const tasks = [
    task('by-default', { executor: null }),
    task('claude', { executor: 'claude' }),
    task('own', { executor: 'claude', model: 'haiku' }),
    task('fixed', { executor: 'fixed' }),
    task('shell', { executor: 'shell' }),
    task('codex', { executor: 'codex' }),
    task('nightly', { executor: 'nightly' }),
    task('over', { executor: 'claude', status: 'done', state: 'done' }),
  ]
  const world = { tasks, executors, config, models: [opus, sonnet, gpt] }
  expect(changedBy(sonnet, world)).toBe(2)
  expect(changedBy(opus, world)).toBe(0)
  expect(changedBy(gpt, world)).toBe(4)
})

test('only changed words of a model are sent; an emptied one is taken out', () => {
  const before = inputOf(model('gpt-5.2', { endpoint: 'http://x', tier: 'a' }))
  expect(editsOf({ ...before, endpoint: ' ', tier: 'b' }, before)).toEqual([
    { key: 'models."gpt-5.2".endpoint', value: null },
    { key: 'models."gpt-5.2".tier', value: 'b' },
  ])
  expect(editsOf(before, before)).toEqual([])
})

test('a model without a name, a provider or an id is not sent', () => {
  expect(Object.keys(issuesOf(NO_INPUT, new Set()))).toEqual(['name', 'provider', 'modelId'])
  const words = { ...NO_INPUT, name: 'ok', provider: 'p', modelId: 'm' }
  expect(issuesOf(words, new Set())).toEqual({})
  expect(issuesOf(words, new Set(['ok']))).toHaveProperty('name')
  expect(issuesOf({ ...words, name: 'no spaces here' }, new Set())).toHaveProperty('name')
})

test('the model of a task that names none is picked as the host picks it', () => {
  const opus = model('opus', { isDefault: true })
  const said = [entry('coordinator.model', 'opus')]
  const builtIn = [entry('coordinator.model', 'opus', 'default')]
  const picked = (view: ExecutorView, config: readonly ConfigEntry[]) =>
    modelStops(view, [opus], config)
      .filter(({ isPicked }) => isPicked)
      .map(({ stop, value }) => [stop, value])
  expect(picked(executor({ model: 'haiku' }), said)).toEqual([['executor', 'haiku']])
  expect(picked(executor(), said)).toEqual([['coordinator', 'opus']])
  expect(picked(executor(), builtIn)).toEqual([['default', 'opus']])
  expect(picked(executor({ type: 'codex' }), said)).toEqual([['default', null]])
  expect(modelStops(executor({ type: 'shell' }), [opus], said)).toEqual([])
})

test('a new executor has a name of its own and what its type cannot do without', () => {
  const rig = {
    name: ' rig ',
    type: 'http',
    fields: { url: 'http://rig/tasks', model: 'x' },
  } as const
  expect(newExecutorFaults(rig, new Set())).toEqual({})
  expect(newExecutorEdits(rig)).toEqual([
    { key: 'executors.rig.type', value: 'http' },
    { key: 'executors.rig.url', value: 'http://rig/tasks' },
  ])
  expect(Object.keys(newExecutorFaults({ ...rig, fields: {} }, new Set(['rig'])))).toEqual([
    'name',
    'url',
  ])
  expect(newExecutorFaults({ ...rig, name: 'a b' }, new Set())).toHaveProperty('name')
})

test('an executor without a turn of its own says why it has no test', () => {
  for (const type of ['http', 'external', 'manual', 'schedule', 'shell'] as const)
    expect(untestedReason({ type })).toMatch(/^No test: /)
  for (const type of ['claude', 'acp', 'native', 'command'] as const)
    expect(untestedReason({ type })).toBeNull()
})

test('prices go together and are numbers; a removal is undone by what its file said', () => {
  const words = { ...NO_INPUT, name: 'own', provider: 'x', modelId: 'x-1' }
  expect(issuesOf({ ...words, costIn: '2.5', costOut: '10' }, new Set())).toEqual({})
  expect(Object.keys(issuesOf({ ...words, costIn: '2.5' }, new Set()))).toEqual(['costOut'])
  expect(
    Object.keys(issuesOf({ ...words, costCached: '-1', contextWindow: '1.5' }, new Set())),
  ).toEqual(['contextWindow', 'costCached'])
  const config = [
    entry('models.own.provider', 'x'),
    entry('models.own.cost_in', 2.5),
    entry('models.own.tier', 'light', 'global'),
    entry('models.other.provider', 'x'),
  ]
  expect(saidOf(model('own'), config)).toEqual([
    { key: 'models.own.provider', value: 'x' },
    { key: 'models.own.cost_in', value: '2.5' },
  ])
})

test('a header names a variable', () => {
  expect(headerIssues({ header: 'X-Key', variable: 'RIG_KEY' })).toEqual({})
  expect(Object.keys(headerIssues({ header: 'X Key', variable: 'Bearer abc' }))).toEqual([
    'header',
    'variable',
  ])
})

test('people and services are profiles, too, and start no program here', () => {
  const of = (type: ExecutorView['type'], canRun: boolean) => ({ type, canRun })
  expect(countNote([of('claude', true), of('codex', false), of('manual', true)])).toBe(
    '3 profiles, 1 of 2 programs can start here',
  )
  expect(countNote([of('http', true), of('external', true), of('schedule', true)])).toBe(
    '3 profiles',
  )
  expect([runsModels({ type: 'http' }), runsModels({ type: 'native' })]).toEqual([false, true])
})

test('an agent CLI that nobody installed is no error, unless a file names its program', () => {
  const gone = executor({ canRun: false, binary: null, problem: 'claude was not found' })
  const absent = [{ ...cli, path: null }]
  const named = entry('executors.claude.command', ['/nowhere/claude'])
  expect(isMissing(gone, absent, [])).toBe(true)
  expect(isMissing(gone, [cli], [])).toBe(false)
  expect(isMissing({ ...gone, name: 'claude' }, absent, [named])).toBe(false)
  expect(standingOf(gone, [], true)).toMatchObject({ lamp: 'abandoned', word: 'Not installed' })
})

test('a line becomes the list that the file wants', () => {
  expect(commandOf('aider --model {model}')).toBe('["aider", "--model", "{model}"]')
  expect(commandOf(`"/my tools/run" -m 'a b' --x="c d"`)).toBe(
    '["/my tools/run", "-m", "a b", "--x=c d"]',
  )
  expect(commandOf(' ["a", "b c"] ')).toBe('["a", "b c"]')
})
