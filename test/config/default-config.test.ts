import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DEFAULT_CONFIG_TEXT } from '../../src/config/default-config.ts'
import { formatKey, PLAIN_KEYS } from '../../src/config/keys.ts'
import { configJsonSchema } from '../../src/config/schema.ts'
import { resolveExecutor } from '../../src/domain/routing/resolve.ts'
import { load, valueOf } from './support.ts'

/** Their defaults are found by a rule, and the file shows what that comes to. */
const GIVEN = /^(?:coordinator|agent)$/

describe('the first file', () => {
  it('changes nothing', () => {
    const config = load({ project: DEFAULT_CONFIG_TEXT })
    expect(config.settings).toEqual(load({}).settings)
    expect(config.list().every((e) => e.source === 'default')).toBe(true)
  })

  it('shows the true defaults in its comments', () => {
    const plain = DEFAULT_CONFIG_TEXT.slice(0, DEFAULT_CONFIG_TEXT.indexOf('\n# Limits beside'))
    const project = plain.replaceAll(/^# (?=\w+ = )(?!tz)/gm, '')
    const config = load({ project })
    expect(config.settings).toEqual(load({}).settings)
    expect(
      config
        .list()
        .filter((e) => e.source === 'default')
        .map((e) => e.key),
    ).toEqual(
      PLAIN_KEYS.filter(
        ({ path, fallback }) => fallback === undefined && !GIVEN.test(path[0] ?? ''),
      ).map(({ path }) => formatKey(path)),
    )
  })

  it('has examples that load when their # is taken away', () => {
    const examples = DEFAULT_CONFIG_TEXT.slice(DEFAULT_CONFIG_TEXT.indexOf('\n# Limits beside'))
    const project = examples.replaceAll(/^# (?=\w+ = |\[)/gm, '')
    const { settings } = load({ project })
    expect(settings.executors['my-cli']?.env).toEqual({ API_KEY: { from: 'MY_CLI_KEY' } })
    expect(settings.caps).toEqual({ models: { opus: 2 }, tags: { database: 1 } })
    expect(settings.executors['claude-proxy']).toMatchObject({
      baseUrl: 'https://llm.example/anthropic',
      apiKeyEnv: 'LLM_EXAMPLE_KEY',
    })
    expect(
      valueOf(resolveExecutor(settings, { executor: 'reviewer', exec: null })).profile.model,
    ).toBe('sonnet')
  })
})

it('the JSON Schema in resources is the one of this schema', () => {
  const file: unknown = JSON.parse(readFileSync('resources/config.schema.json', 'utf8'))
  expect(file).toEqual(JSON.parse(JSON.stringify(configJsonSchema())))
})
