/** The tables about judging: defaults, what is refused in words, and edits of single keys. */
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { editConfig } from '../../src/config/edit.ts'
import { CONFIG_FLAGS, findKey, readValue } from '../../src/config/keys.ts'
import { configFileSchema } from '../../src/config/schema.ts'
import { DEFAULT_WEIGHTS } from '../../src/domain/judging/score.ts'
import { errorOf, load, refusal, sourcesOf, textOf, valueOf } from './support.ts'

const settingsOf = (project: string) => load({ project }).settings

it.each([
  ['routing.explore', '.2', 0.2],
  ['evaluation.second_look', ' .05', 0.05],
  ['evaluation.gate', '.7', 0.7],
])('%s is read from %j, as people leave the zero out', (key, text, value) => {
  const found = findKey(key)
  expect(found.ok && readValue(found.value.info, text)).toEqual({ ok: true, value })
})

describe('without a word', () => {
  it('nothing is judged, and the yard’s own executor would be asked', () => {
    const { judging, evaluation, triage, assignment, routing, roles } = settingsOf('')
    expect(judging).toMatchObject({
      executors: ['claude'],
      lane: 2,
      timeoutMs: 300_000,
      patienceMs: 3_600_000,
      dayUsd: null,
      dayTokens: null,
      maxInput: 120_000,
      redact: [],
      canaries: 'ask',
    })
    expect(judging.exclude).toContain('.env*')
    expect(judging.kinds).toHaveLength(8)
    expect(evaluation).toEqual({
      gate: { mode: 'off' },
      retries: 2,
      secondLook: 0.1,
      onFailure: 'hold',
      wait: true,
      tags: {},
      weights: DEFAULT_WEIGHTS,
      checks: [],
    })
    expect(triage).toEqual({ auto: false, timeoutMs: 30_000, tail: 50_000 })
    expect(assignment).toEqual({ auto: false, timeoutMs: 10_000, identities: null })
    expect(routing).toEqual({
      learn: false,
      arms: [],
      pointUsd: 0.02,
      hourUsd: 0,
      explore: 0.1,
      halfLife: 100,
    })
    expect(roles).toMatchObject({ evaluator: 'standard', triage: 'light', assigner: 'light' })
  })

  it.each([
    ['[coordinator]\nexecutor = "shell"\n', []],
    ['[coordinator]\nexecutor = "codex"\n', ['codex']],
    ['[executors.default]\ntype = "gemini"\n', ['default']],
    [
      '[coordinator]\nexecutor = "own"\n[executors.own]\ntype = "command"\ncommand = ["x", "{prompt_file}"]\n',
      [],
    ],
    [
      '[coordinator]\nexecutor = "own"\n[executors.own]\ntype = "command"\ncommand = ["x", "{model}"]\nmodel = "opus"\n',
      [],
    ],
  ])('only an executor that can be asked stands for the yard’s own: %j', (project, executors) => {
    expect(settingsOf(project).judging.executors).toEqual(executors)
  })

  it.each([
    [0, 2],
    [24, 3],
    [1000, 100],
  ])('with %i agents %i questions go at once', (agents, lane) => {
    expect(settingsOf(`[coordinator]\nmax_agents = ${agents}\n`).judging.lane).toBe(lane)
  })
})

describe('what a file says', () => {
  it('becomes nouns', () => {
    const { judging, evaluation, assignment, routing } = settingsOf(`
[judging]
executor = ["codex", "claude", "codex"]
patience = 0
[evaluation]
gate = 0.7
[evaluation.tags]
release = "person"
docs = "0.8"
[evaluation.weights]
correctness = 0.4
completeness = 0.1
[evaluation.checks]
tests = "npm test"
links = { run = "npm run links", gate = false, timeout = "90s" }
[assignment]
identities = ["Careful Programmer"]
[routing]
arms = ["claude/sonnet", "llm/x/deepseek"]
[executors."llm/x"]
type = "claude"
base_url = "http://127.0.0.1:9"
[models.deepseek]
provider = "deepseek"
model_id = "d"
`)
    expect(judging).toMatchObject({ executors: ['codex', 'claude'], patienceMs: 0 })
    expect(evaluation).toMatchObject({
      gate: { mode: 'gated', threshold: 0.7 },
      tags: { release: { mode: 'person' }, docs: { mode: 'gated', threshold: 0.8 } },
      weights: { correctness: 0.4, completeness: 0.1, efficiency: 0.1 },
      checks: [
        { name: 'tests', line: 'npm test', gates: true, timeoutMs: 600_000 },
        { name: 'links', line: 'npm run links', gates: false, timeoutMs: 90_000 },
      ],
    })
    expect(assignment.identities).toEqual(['Careful Programmer'])
    expect(routing.arms).toEqual([
      { name: 'claude/sonnet', executor: 'claude', model: 'sonnet' },
      { name: 'llm/x/deepseek', executor: 'llm/x', model: 'deepseek' },
    ])
  })

  it('is laid check by check over the user’s own', () => {
    const { settings } = load({
      global: '[evaluation.checks]\ntests = { run = "make", gate = false }\nlint = "lint"\n',
      project: '[evaluation.checks]\ntests = "npm test"\n',
    })
    expect(settings.evaluation.checks.map(({ name, line, gates }) => [name, line, gates])).toEqual([
      ['tests', 'npm test', true],
      ['lint', 'lint', true],
    ])
  })

  it.each([
    ['[evaluation]\ngate = 1.5\n', 'evaluation.gate = 1.5 must be "off", "score", "person" or'],
    ['[evaluation]\ngate = 0\n', 'the least score that passes'],
    ['[evaluation]\ngate = "often"\n', 'the least score that passes'],
    ['[evaluation.tags]\nbig = "yes"\n', 'evaluation.tags.big = "yes" must be'],
    [
      '[evaluation.weights]\ncorrectness = 0.5\n',
      'evaluation.weights add up to 1.2 and must add up to 1: correctness 0.5, completeness 0.2',
    ],
    ['[evaluation.weights]\nintent_fidelity = 0.1\n', 'unknown key evaluation.weights.intent'],
    ['[evaluation.weights]\ncorrectness = 2\n', 'must be a number from 0 to 1'],
    ['[evaluation]\nretries = 11\n', 'a whole number from 0 to 10'],
    ['[evaluation]\nsecond_look = 0.6\n', 'a number from 0 to 0.5'],
    ['[evaluation.checks]\n"a b" = "x"\n', 'a name is 1 to 100 letters'],
    ['[evaluation.checks]\nt = { gate = true }\n', 'must be a shell line or { run = "npm test"'],
    [
      '[evaluation.checks]\nt = { run = "x", gates = true }\n',
      'unknown key evaluation.checks.t.gates',
    ],
    ['[judging]\nredact = ["a", "("]\n', 'must be a regular expression'],
    ['[judging]\ntimeout = "5s"\n', 'from 10 s to 1 hour'],
    ['[judging]\npatience = "8d"\n', 'to 7 days'],
    ['[judging]\nmax_input = 9999\n', 'from 10000 to 2000000'],
    ['[judging]\nlane = 0\n', 'from 1 to 100'],
    ['[judging]\nexecutor = []\n', 'judging.executor'],
    ['[judging]\nexecutor = "cdex"\n', 'judging.executor: there is no executor "cdex"'],
    ['[judging]\nexecutor = ["claude", "shell"]\n', 'executor "shell" (shell) cannot judge'],
    ['[triage]\ntimeout = "11m"\n', 'triage.timeout'],
    ['[triage]\ntail = 999\n', 'from 1000 to 500000'],
    ['[assignment]\ntimeout = "6m"\n', 'assignment.timeout'],
    ['[routing]\narms = ["sonnet"]\n', 'must be executor/model'],
    ['[routing]\narms = ["cloude/sonnet"]\n', 'routing.arms: there is no executor "cloude"'],
    ['[routing]\narms = ["claude/sonet"]\n', 'routing.arms: there is no model "sonet"'],
    ['[routing]\narms = ["shell/sonnet"]\n', 'takes no model'],
    ['[routing]\nhalf_life = 9\n', 'from 10 to 10000'],
  ])('is refused in words: %j', (project, words) => {
    expect(refusal({ project }).message).toContain(words)
    expect(refusal({ project }).kind).toBe('config-broken')
  })

  it('may round its weights', () => {
    const thirds = ['correctness', 'completeness', 'efficiency'].map((name) => `${name} = 0.333\n`)
    const none = ['style_adherence', 'downstream_usability', 'coordination_overhead']
      .concat('blocking_impact')
      .map((name) => `${name} = 0\n`)
    const project = `[evaluation.weights]\n${[...thirds, ...none].join('')}`
    expect(settingsOf(project).evaluation.weights.correctness).toBe(0.333)
  })

  it('comes from the environment, too', () => {
    const env = { YARD_EVALUATION_GATE: '0.7', YARD_TRIAGE_AUTO: 'true' }
    const { evaluation, triage } = load({ env }).settings
    expect(evaluation.gate).toEqual({ mode: 'gated', threshold: 0.7 })
    expect(triage.auto).toBe(true)
  })
})

describe('an edit of one key', () => {
  it.each([
    ['evaluation.gate', '0.7', { evaluation: { gate: 0.7 } }],
    ['evaluation.gate', 'person', { evaluation: { gate: 'person' } }],
    ['evaluation.tags.v1.2', 'score', { evaluation: { tags: { 'v1.2': 'score' } } }],
    ['evaluation.checks.tests', 'npm test', { evaluation: { checks: { tests: 'npm test' } } }],
    [
      'evaluation.checks.tests',
      '{ run = "npm test", gate = false }',
      { evaluation: { checks: { tests: { run: 'npm test', gate: false } } } },
    ],
    [
      'evaluation.weights',
      '{ correctness = 0.4, completeness = 0.1 }',
      { evaluation: { weights: { correctness: 0.4, completeness: 0.1 } } },
    ],
    ['judging.executor', 'codex', { judging: { executor: 'codex' } }],
    ['judging.executor', '["codex", "claude"]', { judging: { executor: ['codex', 'claude'] } }],
    ['assignment.identities', 'all', { assignment: { identities: 'all' } }],
  ])('%s = %s', (key, value, file) => {
    const sources = sourcesOf({ project: '' })
    valueOf(editConfig(sources, 'project', [{ key, value }]))
    expect(parse(textOf(sources.projectFile))).toEqual(file)
  })

  it('is refused where the weights would not add up, and made where they do together', () => {
    const sources = sourcesOf({ project: '' })
    const edits = [{ key: 'evaluation.weights.correctness', value: '0.4' }]
    const refused = errorOf(editConfig(sources, 'project', edits))
    expect([refused.kind, refused.message]).toEqual([
      'bad-request',
      expect.stringContaining('add up to 1.1'),
    ])
    const both = [...edits, { key: 'evaluation.weights.completeness', value: '0.1' }]
    valueOf(editConfig(sources, 'project', both))
    expect(textOf(sources.projectFile)).toContain('completeness = 0.1')
  })

  it.each(['{ cmd = "x" }', '{ run = "x", timeout = "0s" }', '{ run = "x", gate = "maybe" }'])(
    'never takes a table that does not fit for a shell line: %s',
    (value) => {
      const sources = sourcesOf({ project: '' })
      const edits = [{ key: 'evaluation.checks.tests', value }]
      expect(errorOf(editConfig(sources, 'project', edits)).kind).toBe('bad-request')
    },
  )

  it('has flags of its own for the words that turn things on', () => {
    const keys = new Map(CONFIG_FLAGS.map(({ flag, key }) => [String(flag), String(key)]))
    expect(keys.get('--auto-triage')).toBe('triage.auto')
    expect(keys.get('--triage-model')).toBe('models.roles.triage')
    expect(keys.get('--auto-assign')).toBe('assignment.auto')
  })
})

it('a broken pattern ends the reading of its key and of nothing else', () => {
  const read = configFileSchema.safeParse({ judging: { redact: ['['] } })
  expect(read.error?.issues.map(({ path }) => path)).toEqual([['judging', 'redact', 0]])
})
