import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createProfile } from '../../../src/config/models.ts'
import type { Profile, Settings } from '../../../src/domain/settings.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import { cachedPrograms, hostProblem, probe } from '../../../src/yard/executors/probe.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'yard-probe-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const ask = (profile: Profile, env: Record<string, string> = {}) =>
  probe(settingsWith(profile), profile.name, {
    env: { PATH: root, XDG_CONFIG_HOME: root, ...env },
    paths: { root },
  })

const model = (name: string, provider: string) => ({
  name,
  provider,
  modelId: name,
  endpoint: null,
  apiKeyEnv: null,
})
const settingsWith = (profile: Profile) =>
  ({
    executors: { [profile.name]: profile },
    models: { sonnet: model('sonnet', 'anthropic'), gpt: model('gpt', 'openai') },
    coordinator: { model: null },
  }) as unknown as Settings

it('our own loop can run wherever we do, unless its key is missing', () => {
  const native = createProfile('native', 'native', {})
  expect(ask(native).problem).toContain('ANTHROPIC_API_KEY is not set')
  // It can run some of its models; each task is asked for its own.
  const env = { OPENAI_API_KEY: 'sk' }
  expect(ask(native, env)).toEqual({ binary: null, problem: null })
  const settings = settingsWith(native)
  const wish = (name: string) =>
    hostProblem(settings, { executor: 'native', model: name }, { env, find: () => null })
  expect(wish('gpt')).toBeNull()
  expect(wish('sonnet')).toContain('ANTHROPIC_API_KEY is not set')
  const keyed = createProfile('mine', 'native', { api_key_env: 'MY_KEY' })
  expect(ask(keyed).problem).toContain('MY_KEY is not set')
  expect(ask(keyed, { MY_KEY: 'sk' }).problem).toBeNull()
  mkdirSync(join(root, 'yard'))
  writeFileSync(join(root, 'yard', 'keys.env'), 'MY_KEY=sk\n', { mode: 0o600 })
  expect(ask(keyed).problem).toBeNull()
})

it('an agent CLI is its program on the PATH, and an ACP agent what its command names', () => {
  const claude = createProfile('claude', 'claude', {})
  expect(ask(claude).problem).toBe(
    'claude was not found on the PATH: install it, or name its binary in executors.claude.command',
  )
  writeFileSync(join(root, 'claude'), '#!/bin/sh\n')
  chmodSync(join(root, 'claude'), 0o755)
  expect(ask(claude)).toEqual({ binary: join(root, 'claude'), problem: null })
  expect(ask(createProfile('acp', 'acp', {})).problem).toBe('executors.acp.command is not set')
  const agent = createProfile('agent', 'acp', { command: ['claude', '--acp'] })
  expect(ask(agent).binary).toBe(join(root, 'claude'))
})

it('a service needs an address and the variables of its headers; others do their own work', () => {
  expect(ask(createProfile('deploy', 'http', {})).problem).toBe('executors.deploy.url is not set')
  // The built-in one serves tasks that name an address; alone it can do nothing.
  expect(ask(createProfile('http', 'http', {})).problem).toContain('set executors.http.url')
  const headers = { authorization: { from: 'DEPLOY_KEY' } }
  const deploy = createProfile('deploy', 'http', { url: 'http://127.0.0.1:1/', headers })
  expect(ask(deploy).problem).toBe('DEPLOY_KEY is not set: it holds a header')
  expect(ask(deploy, { DEPLOY_KEY: 'x' }).problem).toBeNull()
  for (const type of ['manual', 'external', 'schedule'] as const)
    expect(ask(createProfile(type, type, {}))).toEqual({ binary: null, problem: null })
})

it('a program that is missing holds its profile back, except one in the folder of each agent', () => {
  const problemOf = (profile: Profile, find: (program: string) => string | null) =>
    hostProblem(settingsWith(profile), { executor: profile.name, model: null }, { env: {}, find })
  const claude = createProfile('claude', 'claude', {})
  expect(problemOf(claude, () => null)).toMatch(/^claude was not found on the PATH: install it/)
  expect(problemOf(claude, () => '/bin/claude')).toBeNull()
  const named = createProfile('mine', 'claude', { command: ['/opt/claude'] })
  expect(problemOf(named, () => null)).toMatch(/^\/opt\/claude was not found/)
  const own = createProfile('own', 'command', { command: ['./agent.sh'] })
  expect(problemOf(own, () => null)).toBeNull()
  for (const type of ['shell', 'manual', 'external'] as const)
    expect(problemOf(createProfile(type, type, {}), () => null)).toBeNull()
})

it('programs that cards ask for are looked up again after two seconds', () => {
  const clock = createManualClock()
  let path: string | null = null
  let looks = 0
  const find = cachedPrograms(() => {
    looks += 1
    return path
  }, clock)
  expect([find('claude'), find('claude'), looks]).toEqual([null, null, 1])
  path = '/bin/claude'
  clock.advance(1999)
  expect(find('claude')).toBeNull()
  clock.advance(2)
  expect(find('claude')).toBe('/bin/claude')
})
