/** Who says what a task is run by: each level, with its file and line. */
import { NO_IDENTITIES } from './no-identities.ts'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig, type LoadedConfig } from '../../../src/config/load.ts'
import { yardPaths } from '../../../src/config/paths.ts'
import { agentVariables, pilotVariables } from '../../../src/yard/handlers/agent-token.ts'
import { createRoutes } from '../../../src/yard/executors/routes.ts'
import { routeStops } from '../../../src/yard/views/task-view.ts'
import { addCommand, createBench } from '../../support/plan-builder.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-origins-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Levels {
  readonly project?: string
  readonly global?: string
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: Readonly<Record<string, string>>
}

function configOf({ project = '', global = '', env = {}, flags = {} }: Levels): LoadedConfig {
  const [projectFile, globalFile] = [join(folder, 'project.toml'), join(folder, 'global.toml')]
  writeFileSync(projectFile, project)
  writeFileSync(globalFile, global)
  const loaded = loadConfig({ projectFile, globalFile, env, flags })
  if (!loaded.ok) throw new Error(loaded.error.message)
  return loaded.value
}

function provenanceOf(levels: Levels, task: { executor?: string; model?: string } = {}) {
  const bench = createBench()
  bench.add('a', { exec: null, ...task })
  const route = createRoutes(configOf(levels), folder, NO_IDENTITIES).of(bench.task('a'))
  if (!route.ok) throw new Error(route.error.message)
  return route.value.provenance
}

it.each<[string, Levels, string]>([
  ['nobody', {}, 'the built-in default (coordinator.executor)'],
  [
    'the project',
    { project: '# a line\n[coordinator]\nexecutor = "codex"\n' },
    'coordinator.executor in PROJECT:3',
  ],
  [
    'the user',
    { global: '[coordinator]\nexecutor = "codex"\n' },
    'coordinator.executor in GLOBAL:2',
  ],
  [
    'the environment',
    { env: { YARD_COORDINATOR_EXECUTOR: 'codex' } },
    'the environment (coordinator.executor)',
  ],
  [
    'a flag',
    { flags: { 'coordinator.executor': 'codex' }, project: '[coordinator]\nexecutor = "pi"\n' },
    'a flag of this start (coordinator.executor)',
  ],
])('the executor that %s says', (_, levels, expected) => {
  const told = expected
    .replace('PROJECT', join(folder, 'project.toml'))
    .replace('GLOBAL', join(folder, 'global.toml'))
  expect(provenanceOf(levels).executor).toBe(told)
})

it('the model and the address of a profile, with file and line', () => {
  const project =
    '[executors.near]\ntype = "claude"\nmodel = "sonnet"\nbase_url = "http://127.0.0.1:9/"\n'
  const file = join(folder, 'project.toml')
  expect(provenanceOf({ project }, { executor: 'near' })).toEqual({
    executor: 'named by the task',
    model: `executors.near.model in ${file}:3`,
    endpoint: `http://127.0.0.1:9/: executors.near.base_url in ${file}:4`,
  })
  expect(provenanceOf({ project }, { executor: 'near', model: 'opus' }).model).toBe(
    'named by the task',
  )
  expect(provenanceOf({}, { executor: 'claude' }).endpoint).toBe('its provider’s own')
  const address = 'http://127.0.0.1:9/task'
  expect(provenanceOf({}, { executor: address }).endpoint).toBe(`${address}: named by the task`)
  expect('endpoint' in provenanceOf({}, { executor: 'manual' })).toBe(false)
})

it('the stops of the window name it, too', () => {
  const config = configOf({ project: '[coordinator]\nmodel = "opus"\n' })
  const { task } = addCommand('a', { exec: null, executor: 'claude' })
  const { executor = null, exec = null, model = null } = task
  const { model: stops, endpoint } = routeStops(config, { executor, exec, model })
  expect(stops.find(({ isPicked }) => isPicked)).toEqual({
    stop: 'coordinator',
    value: 'opus',
    isPicked: true,
    origin: {
      level: 'project',
      key: 'coordinator.model',
      line: 2,
      file: join(folder, 'project.toml'),
    },
  })
  expect(endpoint).toMatchObject({ url: null, origin: { level: 'default' } })
})

it('an agent is told its model, and nothing where its executor chooses', () => {
  const bench = createBench()
  const modelOf = (id: string, number: number, model: string | null): string | undefined => {
    bench.add(id)
    const agent = bench.plan.agents.get(bench.claim(id, number, { model }))
    if (!agent) throw new Error('it was not claimed')
    const told = agentVariables(agent, yardPaths(folder), Buffer.from('secret'), null)
    return told['YARD_MODEL']
  }
  expect([modelOf('a', 1, 'sonnet'), modelOf('b', 2, null)]).toEqual(['sonnet', undefined])
})

it.each([['sonnet'], [null]])('a person’s terminal tells its CLI the model too: %s', (model) => {
  const known = { agent: 'agent-1', task: 'a', generation: 1, token: 't', model }
  const told = pilotVariables(known, yardPaths(folder), null)
  expect(told['YARD_MODEL']).toBe(model ?? undefined)
})

it('the executor of a task of a member is the member’s, and says so', () => {
  const config = configOf({
    project:
      '[members.back-end]\nexecutor = "codex"\n[members.ada]\nperson = true\n[members.plain]\n',
  })
  const pickOf = (task: { executor?: string; member: string }) => {
    const bench = createBench()
    bench.add('a', { exec: null, ...task })
    return routeStops(config, bench.task('a')).executor.find(({ isPicked }) => isPicked)
  }
  expect(pickOf({ member: 'back-end' })).toMatchObject({
    stop: 'member',
    value: 'codex',
    origin: { key: 'members.back-end.executor', line: 2 },
  })
  expect(pickOf({ member: 'ada' })).toMatchObject({
    stop: 'member',
    value: 'manual',
    origin: { key: 'members.ada.person' },
  })
  expect(pickOf({ member: 'plain' })?.stop).toBe('default')
  expect(pickOf({ executor: 'shell', member: 'back-end' })?.stop).toBe('task')
})
