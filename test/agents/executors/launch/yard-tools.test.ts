/** Each CLI is told of our tools in its own way, and none of the values that they need stands in an argument or a file. */
import { describe, expect, it } from 'vitest'
import type { LaunchInput, LaunchPlan } from '../../../../src/agents/executors/executor.ts'
import { YARD_START_MS, YARD_VARIABLES } from '../../../../src/agents/executors/launch/program.ts'
import { executorOf } from '../../../../src/agents/executors/registry.ts'
import type { ExecutorType } from '../../../../src/domain/settings.ts'
import { launchInput, launchOrder, type OrderParts } from '../launch-order.ts'

const FILE = '/project/.yard/agents/agent-7/mcp.json'

function planOf(
  type: ExecutorType,
  parts: OrderParts = {},
  more: Partial<LaunchInput> = {},
): LaunchPlan {
  const planned = executorOf(type)?.plan(launchInput(launchOrder(type, parts), more))
  if (!planned?.ok) throw new Error(planned?.error.reason ?? `${type} has no executor`)
  return planned.value
}

const settingsIn = (plan: LaunchPlan): unknown =>
  JSON.parse(plan.files?.find(({ content }) => content.includes('mcpServers'))?.content ?? 'null')
const yard = { command: 'yard', args: ['mcp'] }

describe('a file in the folder of the agent', () => {
  it.each([
    ['claude', `--mcp-config=${FILE}`, { type: 'stdio', alwaysLoad: true }],
    ['qwen', `--mcp-config=${FILE}`, { trust: true, timeout: YARD_START_MS }],
    [
      'copilot',
      `--additional-mcp-config=@${FILE}`,
      { type: 'local', tools: ['*'], timeout: YARD_START_MS },
    ],
  ] as const)('%s', (type, flag, more) => {
    const plan = planOf(type)
    expect(plan.argv).toContain(flag)
    expect(plan.files?.[0]?.path).toBe(FILE)
    expect(settingsIn(plan)).toEqual({ mcpServers: { yard: { ...yard, ...more } } })
    expect(plan.hasTools).toBe(true)
  })

  it('claude waits for them by variables, where its user has set none', () => {
    const limit = String(YARD_START_MS)
    expect(planOf('claude').env.set).toMatchObject({
      MCP_CONNECT_TIMEOUT_MS: limit,
      MCP_TIMEOUT: limit,
    })
    const users = planOf('claude', {}, { inheritedEnv: { MCP_TIMEOUT: '5000' } }).env.set
    expect(users).not.toHaveProperty('MCP_TIMEOUT')
  })
})

it('codex is told on its command line, with the names of what it hands on', () => {
  const { argv, hasTools } = planOf('codex')
  const told = argv.find((word) => word.startsWith('mcp_servers.yard=')) ?? ''
  for (const name of YARD_VARIABLES) expect(told).toContain(JSON.stringify(name))
  expect(told).toContain('default_tools_approval_mode="approve"')
  // It waits for them.
  expect(told).toContain('required=true')
  expect(hasTools).toBe(true)
})

it('opencode is told in its config, beside the servers of its user', () => {
  const users = JSON.stringify({ mcp: { theirs: { type: 'remote', url: 'http://x' } } })
  const plan = planOf('opencode', {}, { inheritedEnv: { OPENCODE_CONFIG_CONTENT: users } })
  const config: unknown = JSON.parse(plan.env.set['OPENCODE_CONFIG_CONTENT'] ?? '')
  expect(config).toMatchObject({
    mcp: { theirs: { url: 'http://x' }, yard: { type: 'local', command: ['yard', 'mcp'] } },
  })
  expect(plan.hasTools).toBe(true)
})

it('gemini is told in the settings of a home of its own, and not where its user has them', () => {
  const profile = { baseUrl: 'http://127.0.0.1:1' }
  const plan = planOf('gemini', { profile })
  const env = Object.fromEntries(YARD_VARIABLES.map((name) => [name, `$${name}`]))
  expect(settingsIn(plan)).toMatchObject({ mcpServers: { yard: { ...yard, env, trust: true } } })
  expect(plan.hasTools).toBe(true)
  expect(planOf('gemini')).toMatchObject({ files: [], hasTools: false })
})

it.each(['shell', 'command', 'pi', 'kimi'] as const)('%s has none', (type) => {
  const parts = { task: { exec: 'true' }, profile: { command: ['prog'] } }
  expect(planOf(type, parts).hasTools ?? false).toBe(false)
})

describe('where not everything is allowed, they are', () => {
  it.each([
    ['claude', { profile: { permissions: 'ask' } }, '--allowed-tools=mcp__yard'],
    ['claude', { profile: { permissions: 'workspace' } }, '--allowed-tools=mcp__yard'],
    ['claude', { task: { mode: 'bare' } }, '--allowed-tools=Bash(yard:*),mcp__yard'],
    ['copilot', { task: { mode: 'light' } }, '--allow-tool=yard'],
  ] as const)('%s with %o', (type, parts, flag) => {
    expect(planOf(type, parts).argv).toContain(flag)
  })

  it('opencode, although all else is denied', () => {
    const { env } = planOf('opencode', { task: { mode: 'bare' } })
    expect(JSON.parse(env.set['OPENCODE_CONFIG_CONTENT'] ?? '')).toMatchObject({
      permission: { '*': 'deny', 'yard_*': 'allow' },
    })
  })
})

it('no value that they need stands in an argument or a file', () => {
  const inheritedEnv = Object.fromEntries(YARD_VARIABLES.map((name) => [name, 'a-secret']))
  for (const type of ['claude', 'codex', 'gemini', 'qwen', 'opencode', 'copilot'] as const) {
    const { argv, files, env } = planOf(
      type,
      { profile: { baseUrl: 'http://127.0.0.1:1' }, order: { modelId: 'm' } },
      { inheritedEnv },
    )
    expect(JSON.stringify([argv, files, env.set])).not.toContain('a-secret')
  }
})
