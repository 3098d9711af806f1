/** Whoever named the model, it is the one that stands on the command line of the agent. */
import { describe, expect, it } from 'vitest'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { profileOf, resolveModel } from '../../../src/domain/resolve.ts'
import {
  accountOf,
  AGENT_CLIS,
  PROVIDER_OF_TYPE,
  type AgentCliType,
} from '../../../src/domain/settings.ts'
import { load, valueOf } from '../../config/support.ts'
import { launchInput, launchOrder } from './launch-order.ts'

interface Levels {
  readonly task?: string
  readonly profile?: string
  readonly coordinator?: string
  readonly baseUrl?: string
}

function configOf(type: AgentCliType, levels: Levels): string {
  const own = PROVIDER_OF_TYPE[type] ?? 'maker'
  const line = (key: string, value: string | undefined): string =>
    value === undefined ? '' : `${key} = "${value}"\n`
  const entry = (name: string, provider: string): string =>
    `[models.${name}]\nprovider = "${provider}"\nmodel_id = "maker/${name}-id"\n`
  return [
    `[coordinator]\n${line('model', levels.coordinator)}`,
    `[executors.agent]\n${line('type', type)}`,
    line('model', levels.profile),
    line('base_url', levels.baseUrl),
    ...['of-task', 'of-profile', 'of-coordinator'].map((name) => entry(name, own)),
    entry('of-other', type === 'claude' ? 'openai' : 'anthropic'),
  ].join('')
}

/** Who chose the model, and what reaches the CLI of it. */
function chosen(type: AgentCliType, levels: Levels): { why: string; flag: string | null } {
  const { settings } = load({ project: configOf(type, levels) })
  const profile = profileOf(settings, 'agent')
  if (!profile) throw new Error('the config has no such executor')
  const choice = valueOf(resolveModel(settings, { model: levels.task ?? null }, profile))
  const order = launchOrder(type, { profile, order: { modelId: choice.modelId } })
  const plan = executorOf(type)?.plan(launchInput(order))
  if (!plan?.ok) throw new Error(plan?.error.reason)
  const words = plan.value.argv.join(' ')
  return { why: choice.why, flag: / --model[= ](\S+)/.exec(words)?.[1] ?? null }
}

const ALL = { task: 'of-task', profile: 'of-profile', coordinator: 'of-coordinator' }
const { profile, coordinator } = ALL

describe.each(AGENT_CLIS)('the model of %s', (type) => {
  const hasProvider = PROVIDER_OF_TYPE[type] !== null

  it('is the one of the task, else of the profile', () => {
    expect(chosen(type, ALL)).toEqual({ why: 'named by the task', flag: 'maker/of-task-id' })
    expect(chosen(type, { profile, coordinator }).flag).toBe('maker/of-profile-id')
  })

  it('is the one of the coordinator where its provider has it, else its own', () => {
    const general = chosen(type, { coordinator })
    expect(general.flag).toBe(hasProvider ? 'maker/of-coordinator-id' : null)
    expect(chosen(type, { coordinator: 'of-other' }).flag).toBeNull()
  })

  it('at another address is any that is named, and not the one of the coordinator', () => {
    const baseUrl = 'https://llm.example/v1'
    const flag = chosen(type, { task: 'of-other', coordinator, baseUrl }).flag
    expect(flag?.replace(/^yard\//, '')).toBe('maker/of-other-id')
  })

  it.runIf(hasProvider)('is refused when another provider has it', () => {
    expect(() => chosen(type, { task: 'of-other' })).toThrow('which has no model')
  })
})

it('an account is a provider, another address, or another key at either', () => {
  const of = (baseUrl: string | null, apiKeyEnv: string | null, type: AgentCliType = 'claude') =>
    accountOf({ type, baseUrl, apiKeyEnv })
  expect(of(null, null)).toBe('anthropic')
  expect(of(null, 'WORK_KEY')).toBe('anthropic (WORK_KEY)')
  expect(of('https://llm.example/v1', null)).toBe('llm.example')
  expect(of('http://127.0.0.1:8080', 'KEY', 'pi')).toBe('127.0.0.1:8080 (KEY)')
  expect(of(null, null, 'opencode')).toBeNull()
})
