/** The registry: what is there without a file, what a file changes of it, roles, tiers, and what an executor can run. */
import { describe, expect, it } from 'vitest'
import { BUILT_IN_MODELS } from '../../src/config/models.ts'
import {
  profileOf,
  resolveModel,
  resolveRoleModel,
  fallbackOf,
} from '../../src/domain/routing/resolve.ts'
import { accountOf, type Profile, type Role, type Settings } from '../../src/domain/settings.ts'
import { errorOf, load, refusal, valueOf } from './support.ts'

const settingsOf = (project: string): Settings => load({ project }).settings
const profile = (settings: Settings, name: string): Profile => {
  const found = profileOf(settings, name)
  if (!found) throw new Error(`no executor ${name}`)
  return found
}
const model = (settings: Settings, executor: string, word: string | null) =>
  resolveModel(settings, { model: word }, profile(settings, executor))

describe('the built-in registry', () => {
  const all = Object.values(BUILT_IN_MODELS)

  it('has a price with its date, or none at all', () => {
    const undated = all.filter(({ price }) => price && !/^20\d\d-\d\d$/.test(price.notedOn ?? ''))
    expect(undated).toEqual([])
    const odd = all.filter(({ price }) => price?.cached != null && price.cached >= price.input)
    expect(odd).toEqual([])
    expect(BUILT_IN_MODELS['opus']).toMatchObject({ price: null, isAlias: true })
  })

  it('has for each provider at most one model of a tier that is no alias', () => {
    const tiers = all
      .filter(({ tier, isAlias }) => tier !== null && !isAlias)
      .map(({ provider, tier }) => `${provider} ${tier}`)
    expect(new Set(tiers).size).toBe(tiers.length)
  })
})

describe('a model of a file', () => {
  it('is laid field by field over the built-in one', () => {
    const { models } = settingsOf(
      '[models.claude-sonnet-4-6]\ncost_in = 2\n[models.mine]\nprovider = "openrouter"\nmodel_id = "a/b"\ncost_in = 1\ncost_out = 4\nprice_date = "2026-03"\ncontext_window = 64000\n',
    )
    expect(models['claude-sonnet-4-6']).toMatchObject({
      provider: 'anthropic',
      contextWindow: 1_000_000,
      price: { input: 2, output: 15, cached: 0.3, notedOn: null },
    })
    expect(models['mine']).toEqual({
      name: 'mine',
      provider: 'openrouter',
      modelId: 'a/b',
      endpoint: null,
      apiKeyEnv: null,
      tier: null,
      contextWindow: 64_000,
      price: { input: 1, output: 4, cached: null, notedOn: '2026-03' },
      isAlias: false,
    })
  })

  it.each([
    ['[models.m]\nprovider = "x"\nmodel_id = "y"\ncost_in = 1\n', 'both cost_in and cost_out'],
    ['[models.m]\nprovider = "x"\n', 'needs a provider and a model_id'],
    ['[models.m]\ncost_in = -1\n', 'must be a number of US dollars'],
    ['[models."a b"]\nprovider = "x"\n', 'a name is 1 to 100 letters'],
    ['[models.roles]\nprovider = "x"\nmodel_id = "y"\n', 'unknown key models.roles.provider'],
    ['[models.roles]\nmerger = "opsu"\n', 'there is no model "opsu"'],
    ['[executors.claude]\nfallback = "cdex"\n', 'there is no executor "cdex"'],
    [
      '[executors.claude]\nfallback = "codex"\n[executors.codex]\nfallback = "claude"\n',
      'leads in a cycle: claude → codex → claude',
    ],
    ['[executors.shell]\nfallback = "claude"\n', 'executors.shell.fallback does nothing'],
    ['[budget]\nday_usd = 0\n', 'must be a number of US dollars, more than 0'],
    ['[budget]\ngraph_since = "soon"\n', 'must be a point in time'],
  ])('is refused in words: %j', (project, words) => {
    expect(refusal({ project }).message).toContain(words)
  })
})

describe('roles', () => {
  const ROLES = '[models.roles]\ndefault = "sonnet"\nmerger = "strong"\nevaluator = "haiku"\n'

  it('have models of their own, where the executor can run them', () => {
    const settings = settingsOf(ROLES)
    const role = (name: Role, executor: string) =>
      valueOf(resolveRoleModel(settings, name, profile(settings, executor)))
    expect(role('merger', 'claude')).toMatchObject({ name: 'opus' })
    expect(role('merger', 'codex')).toMatchObject({ name: 'gpt-5.3-codex' })
    expect(role('merger', 'codex').why).toBe('models.roles.merger (the strong model of openai)')
    expect(role('evaluator', 'claude').name).toBe('haiku')
    expect(role('evaluator', 'codex')).toMatchObject({ name: null })
    expect(role('triage', 'claude').name).toBe('haiku')
    expect(role('triage', 'kimi')).toMatchObject({ name: null })
    expect(role('summariser', 'claude')).toMatchObject({ name: 'sonnet', why: 'coordinator.model' })
  })

  it('default stands behind coordinator.model and agent.model, before what is built in', () => {
    const of = (project: string) => {
      const config = load({ project })
      const entry = valueOf(config.get('coordinator.model'))
      return [entry.value, entry.source]
    }
    expect(of('')).toEqual(['opus', 'default'])
    expect(of(ROLES)).toEqual(['sonnet', 'project'])
    expect(of(`${ROLES}[agent]\nmodel = "haiku"\n`)).toEqual(['haiku', 'project'])
  })
})

describe('a model word', () => {
  const own = (): Settings =>
    settingsOf('[models.deep]\nprovider = "openrouter"\nmodel_id = "d/s"\n')

  it.each([
    ['claude', 'strong', 'opus', 'opus'],
    ['codex', 'light', 'gpt-5.4-mini', 'gpt-5.4-mini'],
    ['copilot', 'gpt-5', 'copilot-gpt-5', 'gpt-5'],
    ['native', 'opus', 'claude-opus-4-6', 'claude-opus-4-6'],
    ['native', 'gpt-5', 'gpt-5', 'gpt-5'],
    ['native', 'kimi-k2-thinking', 'kimi-k2-thinking', 'kimi-k2-thinking'],
    ['opencode', 'deep', 'deep', 'd/s'],
  ])('%s: "%s" is %s', (executor, word, name, modelId) => {
    expect(valueOf(model(own(), executor, word))).toMatchObject({ name, modelId })
  })

  it.each([
    ['codex', 'opus', 'speaks to openai, which has no model "opus" (anthropic)', 'gpt-5'],
    ['native', 'deep', 'knows no address of openrouter', 'models.deep.endpoint'],
    ['native', 'strong', 'may mean more than one model', 'name one of them'],
    ['kimi', 'light', 'has no model of tier "light"', 'kimi-k2-thinking'],
    ['claude', 'sonet', 'there is no model "sonet"', 'did you mean "sonnet"'],
  ])('%s refuses "%s" and names what it can run', (executor, word, message, hint) => {
    const refused = errorOf(model(own(), executor, word))
    expect(refused.kind).toBe('unknown-model')
    expect(refused.message).toContain(message)
    expect(refused.hint).toContain(hint)
  })

  it('of the yard reaches our own loop, which cannot do without one', () => {
    expect(valueOf(model(own(), 'native', null))).toEqual({
      name: 'claude-opus-4-6',
      modelId: 'claude-opus-4-6',
      why: 'coordinator.model ("opus" is its strong model)',
    })
    const away = settingsOf('[executors.native]\nbase_url = "http://127.0.0.1:1/v1"\n')
    expect(errorOf(model(away, 'native', null)).message).toContain('wants a model')
  })
})

it('an account is the provider of the model where the executor has many', () => {
  const at = (type: Profile['type'], provider: string | null, baseUrl: string | null = null) =>
    accountOf({ type, baseUrl, apiKeyEnv: null }, provider === null ? null : { provider })
  expect(at('native', 'anthropic')).toBe('anthropic')
  expect(at('opencode', 'openai')).toBe('openai')
  expect(at('pi', null)).toBeNull()
  expect(at('claude', 'openai')).toBe('anthropic')
  expect(at('native', 'anthropic', 'https://llm.example/v1')).toBe('llm.example')
})

describe('a fallback', () => {
  const of = (word: string | null, executor = 'claude') => {
    const settings = settingsOf('[executors.claude]\nfallback = "codex"\n')
    return fallbackOf(settings, { exec: null, model: word }, profile(settings, executor))
  }

  it('takes the task with a model that it can run', () => {
    expect(of(null)).toMatchObject({ profile: { name: 'codex' }, account: 'openai' })
    expect(of('strong')?.model.name).toBe('gpt-5.3-codex')
    expect(of('sonnet')?.model).toMatchObject({ name: null })
    expect(of('sonnet')?.model.why).toContain('it cannot run "sonnet"')
  })

  it('is nobody unless it is named', () => {
    expect(of(null, 'codex')).toBeNull()
  })
})
