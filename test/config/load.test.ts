import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { PLAIN_KEYS } from '../../src/config/keys.ts'
import { loadConfig } from '../../src/config/load.ts'
import { exitCodeOf } from '../../src/domain/failure.ts'
import { errorOf, load, refusal, sourcesOf, valueOf } from './support.ts'

const SNIPPET = `[coordinator]
max_agents = 4         # max parallel agents (default: 4)
poll_interval = 60     # seconds between ticks (default: 60)
executor = "claude"    # "claude", "amplifier", or "shell"
model = "opus"         # model for all spawned agents

[agent]
executor = "claude"
model = "opus"         # default model
heartbeat_timeout = 5  # minutes before agent is dead (default: 5)
`

const NOWHERE = { file: null, line: null }
const entry = (given: Parameters<typeof load>[0], key: string) => valueOf(load(given).get(key))

describe('the layers', () => {
  it('are the documented defaults when nothing is said', () => {
    const { settings } = load({})
    expect(settings.coordinator).toEqual({
      maxAgents: 4,
      pollIntervalMs: 60_000,
      executor: 'claude',
      model: 'opus',
    })
    expect(settings.agent).toEqual({
      heartbeatTimeoutMs: 300_000,
      stopGraceMs: 10_000,
      doneGraceMs: 120_000,
      endSilent: false,
      maxSubtasks: 10,
      keepOutputMs: 30 * 86_400_000,
    })
    expect(Object.keys(settings.executors)).toEqual([
      'shell',
      'manual',
      'schedule',
      'claude',
      'codex',
      'gemini',
      'qwen',
      'opencode',
      'pi',
      'copilot',
      'kimi',
      'acp',
      'native',
      'http',
      'external',
    ])
    expect(settings.executors['claude']).toMatchObject({ timeoutMs: 14_400_000, coding: true })
    expect(Object.isFrozen(settings.executors['claude']?.env)).toBe(true)
  })

  it('load the snippet that people bring along as it stands', () => {
    const config = load({ project: SNIPPET })
    expect(config.settings).toEqual(load({}).settings)
    expect(valueOf(config.get('agent.heartbeat_timeout'))).toEqual({
      key: 'agent.heartbeat_timeout',
      value: 5,
      source: 'project',
      file: expect.stringMatching(/\.yard.config\.toml$/),
      line: 10,
    })
  })

  it('each win over those below and name themselves', () => {
    const key = 'coordinator.max_agents'
    const global = '[coordinator]\nmax_agents = 1\n'
    const project = '[coordinator]\nmax_agents = 2\n'
    const env = { YARD_COORDINATOR_MAX_AGENTS: '3' }
    const flags = { [key]: '5' }
    expect(entry({}, key)).toEqual({ key, value: 4, source: 'default', ...NOWHERE })
    expect(entry({ global }, key)).toEqual({
      key,
      value: 1,
      source: 'global',
      file: expect.stringMatching(/user.config\.toml$/),
      line: 2,
    })
    expect(entry({ global, project }, key)).toEqual({
      key,
      value: 2,
      source: 'project',
      file: expect.stringMatching(/\.yard.config\.toml$/),
      line: 2,
    })
    expect(entry({ global, project, env }, key)).toEqual({
      key,
      value: 3,
      source: 'env',
      ...NOWHERE,
    })
    expect(entry({ global, project, env, flags }, key)).toEqual({
      key,
      value: 5,
      source: 'flag',
      ...NOWHERE,
    })
  })

  it('merge inside tables, key by key', () => {
    const { settings } = load({
      global: '[executors.mine]\ntype = "claude"\nmodel = "haiku"\nenv = { A = "1", B = "2" }\n',
      project: '[executors.mine]\nmodel = "sonnet"\nenv = { B = { from = "X" } }\n',
    })
    expect(settings.executors['mine']).toMatchObject({
      type: 'claude',
      model: 'sonnet',
      env: { A: '1', B: { from: 'X' } },
    })
  })

  it('ignore variables that are no keys, and empty ones', () => {
    const env = {
      YARD_DIR: '/x',
      YARD_AGENT_ID: 'agent-1',
      YARD_NONSENSE: '1',
      YARD_STORE_BACKUPS: '',
    }
    expect(
      load({ env })
        .list()
        .filter((e) => e.source === 'env'),
    ).toEqual([])
  })

  it('read durations as numbers in the unit of the key or with a unit', () => {
    const project = '[coordinator]\npoll_interval = "2m"\n[agent]\nheartbeat_timeout = 1.5\n'
    const config = load({ project, env: { YARD_AGENT_STOP_GRACE: '3' } })
    expect(config.settings.coordinator.pollIntervalMs).toBe(120_000)
    expect(config.settings.agent).toMatchObject({ heartbeatTimeoutMs: 90_000, stopGraceMs: 3000 })
    expect(valueOf(config.get('coordinator.poll_interval')).value).toBe(120)
  })

  it('list every plain key once, null where nothing is set', () => {
    const list = load({}).list()
    expect(list.map((e) => e.key)).toEqual(PLAIN_KEYS.map((k) => k.path.join('.')))
    expect(list).toContainEqual({
      key: 'agent.executor',
      value: null,
      source: 'default',
      ...NOWHERE,
    })
    expect(list).toContainEqual({
      key: 'coordinator.executor',
      value: 'claude',
      source: 'default',
      ...NOWHERE,
    })
  })
})

describe('the executor of tasks that name none', () => {
  const chosen = (project: string, flags = {}) => entry({ project, flags }, 'coordinator.executor')
  const own = '[executors.default]\ntype = "codex"\n'
  it('is the flag, coordinator.executor, [agent] executor, [executors.default], claude', () => {
    const agent = `${own}[agent]\nexecutor = "manual"\n`
    const both = `${agent}[coordinator]\nexecutor = "shell"\n`
    expect(chosen('')).toMatchObject({ value: 'claude', source: 'default' })
    expect(chosen(own)).toMatchObject({ value: 'default', source: 'project' })
    expect(chosen(agent)).toMatchObject({ value: 'manual', source: 'project' })
    expect(chosen(both)).toMatchObject({ value: 'shell', source: 'project' })
    expect([chosen(own), chosen(agent), chosen(both)].map((e) => e.line)).toEqual([1, 4, 6])
    expect(chosen(both, { 'coordinator.executor': 'codex' })).toMatchObject({
      value: 'codex',
      source: 'flag',
    })
  })

  it('lets [agent] model fall behind coordinator.model', () => {
    const project = '[agent]\nmodel = "haiku"\n'
    expect(load({ project }).settings.coordinator.model).toBe('haiku')
    expect(
      load({ project, global: '[coordinator]\nmodel = "sonnet"\n' }).settings.coordinator.model,
    ).toBe('sonnet')
  })
})

it('takes an empty argument of a command, and braces that are no placeholder', () => {
  const parts = ['x', '', '--model={model}', '${HOME}', '{ print }', '{"a":1}', '']
  const project = `[executors.x]\ntype = "command"\ncommand = ${JSON.stringify(parts)}\n`
  expect(load({ project }).settings.executors['x']?.command).toEqual(parts)
})

describe('a broken file', () => {
  it.each([
    [
      '[coordinator]\n\nmax_agnets = 4\n',
      ':3: unknown key coordinator.max_agnets',
      'did you mean coordinator.max_agents?',
    ],
    ['[cordinator]\nmax_agents = 4\n', ':1: unknown key cordinator', 'did you mean coordinator?'],
    ['max_agents = 4\n', ':1: unknown key max_agents', 'did you mean coordinator.max_agents?'],
    ['[coordinatr]\nmax_agents = 4\n', ':1: unknown key coordinatr', 'did you mean coordinator?'],
    ['[coordinatr]\n', ':1: unknown key coordinatr', 'did you mean coordinator?'],
    [
      '[executors.x]\ntype = "command"\ncommand = ["x", "", "{modle}"]\n',
      ':3: executors.x.command has an unknown placeholder {modle}',
      'did you mean {model}? (a brace that is meant as one is written with a space: { modle })',
    ],
    [
      '[executors.x]\ntype = "acp"\ncommand = ["x", "--task={id}"]\n',
      ':3: executors.x.command has an unknown placeholder {id}',
      expect.stringContaining('{task_id}'),
    ],
    [
      '[executors.x]\ntype = "command"\ncommand = ["", "b"]\n',
      ':3: executors.x.command = ["","b"] must name a program first',
      undefined,
    ],
    ['[coordinator]\nauto_triage = true\n', ':2: unknown key coordinator.auto_triage', undefined],
    [
      '[coordinator]\nmax_agents = -1\n',
      ':2: coordinator.max_agents = -1 must be a whole number from 0 to 1000',
      undefined,
    ],
    [
      '[coordinator]\nmax_agents = "4"\n',
      ':2: coordinator.max_agents = "4" must be a whole',
      undefined,
    ],
    ['[coordinator]\nmax_agents = \n', ':2: not valid TOML', undefined],
    ['coordinator = 4\n', ':1: coordinator = 4 must be a table', undefined],
    [
      '[schedule]\ntz = "Mars/Base"\n',
      ':2: schedule.tz = "Mars/Base" must be a time zone',
      undefined,
    ],
    [
      '# c\n[coordinator]\nmodel = "sonet"\n',
      ':3: coordinator.model: there is no model "sonet"',
      'did you mean "sonnet"?',
    ],
    [
      '[agent]\nexecutor = "cluade"\n',
      ':2: agent.executor: there is no executor "cluade"',
      'did you mean "claude"?',
    ],
    [
      '[caps.models]\nopsu = 2\n',
      ':2: caps.models.opsu: there is no model "opsu"',
      'did you mean "opus"?',
    ],
    [
      '[executors.x]\ntype = "htp"\n',
      ':2: executors.x.type = "htp" must be one of "shell"',
      undefined,
    ],
    ['[executors.x]\ntype = "http"\n', ':1: executors.x needs a url', undefined],
    [
      '[executors.x]\ntype = "http"\nurl = "http://a/"\nendpoint = "http://b/"\n',
      ':4: executors.x has a url and an endpoint, which mean the same',
      undefined,
    ],
    [
      '[executors.x]\ntype = "http"\nurl = "http://me:secret@a/"\n',
      ':3: executors.x.url must be an http or https address without a user or a password',
      undefined,
    ],
    [
      '[executors.x]\ntype = "http"\nurl = "http://a/"\nheaders = { Authorization = "sk-1\\n" }\n',
      ':4: executors.x.headers.Authorization must be',
      undefined,
    ],
    [
      '[executors.x]\ntype = "claude_proxy"\n',
      ':1: executors.x is a claude_proxy and needs a base_url',
      undefined,
    ],
    ['[executors.x]\nmodel = "opus"\n', ':1: executors.x needs a type', undefined],
    ['[executors.x]\ntype = "command"\n', ':1: executors.x needs a command', undefined],
    ['[executors.x]\ntype = "acp"\n', ':1: executors.x needs a command', undefined],
    [
      '[executors.x]\ntype = "shell"\nthen = "claude"\n',
      ':3: executors.x.then does nothing: executors of type shell take',
      undefined,
    ],
    [
      '[executors.x]\ntype = "manual"\ntimeout = "1h"\n',
      ':3: executors.x.timeout does nothing',
      undefined,
    ],
    [
      '[executors.shell]\nbase_url = "http://x"\n',
      ':2: executors.shell.base_url does nothing',
      undefined,
    ],
    [
      '[executors.claude]\nbase_url = "https://me:secret@x"\n',
      ':2: executors.claude.base_url must be an http or https address without',
      undefined,
    ],
    [
      '[executors.claude]\nbase_url = "file:///etc"\n',
      ':2: executors.claude.base_url must be an http or https',
      undefined,
    ],
    [
      '[executors.claude]\napi_key_env = "sk-1"\n',
      ':2: executors.claude.api_key_env must be the name of a variable',
      undefined,
    ],
    [
      '[executors.pi]\napi_key_env = "KEY"\n',
      ':2: executors.pi.api_key_env needs a base_url: pi has many providers',
      undefined,
    ],
    ['[executors.shell]\nmodel = "opus"\n', ':2: executors.shell.model does nothing', undefined],
    [
      '[executors.x]\ntype = "schedule"\nthen = "y"\n',
      ':3: executors.x.then: there is no executor "y"',
      undefined,
    ],
    [
      '[executors.a]\ntype = "schedule"\nthen = "b"\n[executors.b]\ntype = "schedule"\nthen = "a"\n',
      ':1: executors.a: executors hand a task on in a cycle: a → b → a',
      expect.any(String),
    ],
    [
      '[executors.default]\ntype = "schedule"\n',
      ':1: executors.default: executors hand a task on in a cycle',
      expect.any(String),
    ],
    [
      '[models.mine]\nprovider = "x"\n',
      ':1: models.mine needs a provider and a model_id',
      undefined,
    ],
    ['[executors.__proto__]\ntype = "shell"\n', ':1: unknown key executors.__proto__', undefined],
    [
      '[executors.a]\ntype = "claude"\nenv = { "A=B" = "x" }\n',
      ':3: executors.a.env = "A=B" must be the name of a variable',
      undefined,
    ],
  ])('%j is one line with place, key and way out', (project, message, hint) => {
    const failure = refusal({ project })
    expect(failure.kind).toBe('config-broken')
    expect(exitCodeOf(failure)).toBe(1)
    expect(failure.message).toContain(`.yard/config.toml${message}`)
    expect(failure.message).not.toContain('\n')
    expect(failure).toMatchObject(hint === undefined ? {} : { hint })
  })

  it('is named even where a higher layer covers its value', () => {
    const failure = refusal({ global: '[coordinator]\nmax_agents = 4.5\n', project: SNIPPET })
    expect(failure.message).toContain('user/config.toml:2')
  })

  it('has every fault in the facts', () => {
    const failure = refusal({ project: '[coordinator]\nmax_agents = -1\nfoo = 1\n[bar]\n' })
    expect(failure.message).toMatch(/\(and 2 more\)$/)
    expect(failure.facts?.['faults']).toHaveLength(3)
  })

  it('may be broken in the environment, which then names the variable', () => {
    const failure = refusal({ env: { YARD_COORDINATOR_MAX_AGENTS: 'many' } })
    expect(failure).toMatchObject({ kind: 'config-broken' })
    expect(failure.message).toContain(
      'YARD_COORDINATOR_MAX_AGENTS: coordinator.max_agents = "many"',
    )
  })

  it('is told apart from wrong words of a command', () => {
    expect(refusal({ flags: { 'coordinator.max_agents': 'x' } })).toMatchObject({
      kind: 'bad-request',
      message: expect.stringContaining('--max-agents'),
    })
    expect(refusal({ flags: { 'coordinator.model': 'sonet' } }).kind).toBe('unknown-model')
    expect(refusal({ flags: { 'coordinator.executor': 'nope' } }).kind).toBe('unknown-executor')
    expect(refusal({ flags: { 'coordinator.nope': '1' } }).kind).toBe('bad-key')
  })

  it('may be a folder, which is said', () => {
    const sources = sourcesOf({})
    mkdirSync(sources.projectFile)
    const failure = errorOf(loadConfig(sources))
    expect(failure.kind).toBe('config-broken')
    expect(failure.message).toContain('config.toml cannot be read: EISDIR')
  })
})
