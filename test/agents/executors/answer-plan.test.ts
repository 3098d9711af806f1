/** How each executor is started when it is only asked a question: no text of it in an argument, nothing of the yard. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { judgeAction } from '../../../src/agents/acp/action.ts'
import type { LaunchInput, LaunchPlan } from '../../../src/agents/executors/executor.ts'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { promptOf } from '../../../src/agents/prompt.ts'
import { EXECUTOR_TYPES, isAnswering, type ExecutorType } from '../../../src/domain/settings.ts'
import { launchInput, launchOrder } from './launch-order.ts'

const SCHEMA = { type: 'object', properties: { verdict: { type: 'string' } } }
const SYSTEM = 'The system text of the question.'
const PROMPT = 'The prompt of the question: `${agents_md}` and ${HOME}.'

const orderFor = (type: ExecutorType) =>
  launchOrder(type, {
    task: { description: PROMPT, mode: 'bare', exec: 'true' },
    order: { answer: { system: SYSTEM, schema: SCHEMA }, modelId: 'openai/m' },
    profile: {
      command: type === 'acp' || type === 'command' ? ['/bin/agent'] : null,
      ...(type === 'native' ? { baseUrl: 'http://127.0.0.1:1/v1' } : {}),
    },
  })
function plan(type: ExecutorType, more: Partial<LaunchInput> = {}) {
  const executor = executorOf(type)
  if (!executor) throw new Error(`${type} starts no process`)
  return executor.plan(launchInput(orderFor(type), more))
}
function planOf(...args: Parameters<typeof plan>): LaunchPlan {
  const planned = plan(...args)
  if (!planned.ok) throw new Error(planned.error.reason)
  return planned.value
}
const promptFor = (type: ExecutorType): string =>
  promptOf(orderFor(type), {
    cwd: '/empty',
    branch: null,
    yardCommand: 'yard',
    hasTools: false,
    tells: planOf(type).tells,
  })

const ASKED = EXECUTOR_TYPES.filter(isAnswering)

describe.each(ASKED)('%s', (type) => {
  it('is told all of it by files and its input, and no conversation is kept for another agent', () => {
    const { argv, files = [], conversationId, hasTools } = planOf(type)
    const words = argv.join('\n')
    expect(words).not.toContain(SYSTEM)
    expect(words).not.toContain('The prompt of')
    const told = [...files.map(({ content }) => content), promptFor(type)].join('\n')
    expect(told).toContain(SYSTEM)
    expect(told).toContain('The prompt of the question')
    expect(conversationId).toBeNull()
    expect(hasTools ?? false).toBe(false)
  })

  it('is told nothing of the yard', () => {
    const { argv, env, files = [] } = planOf(type)
    const told = [promptFor(type), argv.join('\n'), ...files.map(({ content }) => content)].join(
      '\n',
    )
    expect(told).not.toMatch(/yard (fail|done|log|ask|add|mcp)|"mcp"|How to report/)
    expect(Object.keys(env.set).filter((name) => name.startsWith('YARD_'))).toEqual([])
  })

  it('is told what its answer must fit', () => {
    const { argv, files = [] } = planOf(type)
    const told = [promptFor(type), argv.join('\n'), ...files.map(({ content }) => content)].join(
      '\n',
    )
    expect(told).toContain(JSON.stringify(SCHEMA))
  })
})

it('claude has no tools, no servers and none of its project’s settings', () => {
  const { argv, env, stdin } = planOf('claude')
  const folder = '/project/.yard/agents/agent-7'
  expect(argv).toEqual([
    ...['/bin/claude', '-p', '--output-format', 'stream-json', '--verbose'],
    ...['--permission-mode', 'default', '--tools=', '--strict-mcp-config'],
    ...['--setting-sources=user', '--no-session-persistence'],
    ...[`--system-prompt-file=${folder}/system.md`, `--json-schema=${JSON.stringify(SCHEMA)}`],
    '--model=openai/m',
  ])
  expect(env.set).toMatchObject({ CLAUDE_CODE_SAFE_MODE: '1' })
  expect(stdin).toBe('prompt')
})

it('codex turns off every server of its user’s config, by its name', () => {
  const home = mkdtempSync(join(tmpdir(), 'yard-codex-'))
  onTestFinished(() => rmSync(home, { recursive: true }))
  const config = '[mcp_servers.one]\n[mcp_servers.one.env]\n [ mcp_servers."two-2" ]\n[other.x]\n'
  writeFileSync(join(home, 'config.toml'), config)
  const { argv } = planOf('codex', { inheritedEnv: { CODEX_HOME: home } })
  expect(argv.filter((word) => word.startsWith('mcp_servers.'))).toEqual([
    'mcp_servers.one.enabled=false',
    'mcp_servers.two-2.enabled=false',
  ])
  expect(argv).toEqual(expect.arrayContaining(['--ephemeral', 'sandbox_mode="read-only"']))
})

it('kimi, which fills variables in its instructions, gets none of its own names there', () => {
  const [file] = planOf('kimi').files ?? []
  expect(file?.content).toContain('tools: []')
  expect(file?.content).toContain('`$ {agents_md}` and ${HOME}.')
})

it('over the Agent Client Protocol nothing that it wants to do is allowed, and nobody is asked', () => {
  const [file] = planOf('acp').files ?? []
  expect(JSON.parse(file?.content ?? '')).toMatchObject({ mode: 'answer', mcpServers: [] })
  const rules = { permissions: 'bypass', mode: 'answer', cwd: '/empty' } as const
  const paths = ['/empty/a']
  for (const act of [
    { kind: 'read', paths } as const,
    { kind: 'write', paths } as const,
    { kind: 'run', line: 'yard done x' } as const,
    { kind: 'report' } as const,
    { kind: 'other' } as const,
  ])
    expect(judgeAction(rules, act)).toBe('refuse')
  expect(judgeAction(rules, { kind: 'think' })).toBe('allow')
})

it('without a model behind it there is a refusal in words', () => {
  for (const type of ['shell', 'command'] as const)
    expect(plan(type)).toMatchObject({
      ok: false,
      error: { class: 'launch', reason: expect.stringContaining('no model stands behind it') },
    })
})
