import { describe, expect, it } from 'vitest'
import { acpOrderSchema, type AcpOrder } from '../../../src/agents/acp/acp-order.ts'
import { acp } from '../../../src/agents/executors/acp.ts'
import type { LaunchInput, LaunchPlan } from '../../../src/agents/executors/executor.ts'
import { workFailure } from '../../../src/domain/failure.ts'
import { launchInput, launchOrder, type OrderParts } from './launch-order.ts'

const AGENT = ['gemini', '--acp', '--model', '{model}']
const RESUMED = { resume: { executor: 'acp', id: 'session-1' } }

function planOf(parts: OrderParts = {}, more: Partial<LaunchInput> = {}): LaunchPlan {
  const whole = { ...parts, profile: { command: AGENT, ...parts.profile } }
  const planned = acp.plan(launchInput(launchOrder('acp', whole), more))
  if (!planned.ok) throw new Error(planned.error.reason)
  return planned.value
}
function orderIn({ files = [] }: LaunchPlan): AcpOrder {
  const file = files.find(({ path }) => path.endsWith('/acp-order.json'))
  return acpOrderSchema.parse(JSON.parse(file?.content ?? ''))
}

describe('the plan of an agent over the Agent Client Protocol', () => {
  it('starts our program with a file, which starts the command of the profile', () => {
    const plan = planOf({ order: { modelId: '--help {task_id}' } })
    const folder = '/project/.yard/agents/agent-7'
    expect(plan.argv).toEqual(['/bin/node', '/app/acp-exec.js', `${folder}/acp-order.json`])
    expect(plan).toMatchObject({ stdin: 'prompt', hasTools: true, conversationId: null })
    expect(orderIn(plan)).toMatchObject({
      argv: ['/bin/gemini', '--acp', '--model', '--help {task_id}'],
      cwd: '/project',
      permissions: 'bypass',
      mode: 'full',
      model: null,
      resume: null,
      granted: null,
      initializeMs: 60_000,
    })
  })

  it('has the agent itself told of its model where the command does not', () => {
    const profile: OrderParts['profile'] = {
      command: ['opencode', 'acp'],
      permissions: 'workspace',
    }
    const task = { mode: 'light' } as const
    expect(orderIn(planOf({ profile, task, order: { modelId: 'a/b' } }))).toMatchObject({
      model: 'a/b',
      permissions: 'workspace',
      mode: 'light',
    })
  })

  it('holds no value of a variable, only its name', () => {
    const plan = planOf({}, { inheritedEnv: { PATH: '/bin', YARD_TOKEN: 'secret', KEY: 'secret' } })
    expect(JSON.stringify([plan.files, plan.argv])).not.toContain('secret')
    expect(orderIn(plan).mcpServers).toMatchObject([{ command: 'yard', args: ['mcp'] }])
    expect(orderIn(plan).mcpServers[0]?.variables).toContain('YARD_TOKEN')
    expect(plan.env.unset).toContain('YARD_TOKEN')
  })

  it('goes on with a conversation, and keeps the whole task at hand', () => {
    const plan = planOf({ order: RESUMED })
    expect(orderIn(plan)).toMatchObject({
      resume: 'session-1',
      wholePromptFile: '/project/.yard/agents/agent-7/prompt-whole.md',
    })
    expect(plan.files?.[1]?.content).toContain('Make it so.')
    expect(orderIn(planOf()).wholePromptFile).toBeNull()
  })

  it('hands a yes on to the agent whose predecessor asked', () => {
    const digest = '0123456789abcdef'.repeat(2)
    const reason = `May it run: make? (the answer "allow" lets it, once; act ${digest})`
    const task = { lastFailure: workFailure('question', reason) }
    const note = (by: string, text: string) => ({ at: 1, by, text })
    const granted = (...notes: ReturnType<typeof note>[]) =>
      orderIn(planOf({ task, order: { ...RESUMED, notes } })).granted
    expect(granted(note('person', 'allow'))).toBe(reason)
    expect(granted(note('person', 'allow'), note('agent-6', 'no'))).toBe(reason)
    expect(granted(note('person', 'no'), note('agent-6', 'allow'))).toBeNull()
    expect(granted(note('agent-6', 'allow'))).toBeNull()
    expect(granted()).toBeNull()
  })

  it('is refused without a command or a program', () => {
    const refusal = (command: string[] | null, which: LaunchInput['which']) => {
      const planned = acp.plan(launchInput(launchOrder('acp', { profile: { command } }), { which }))
      return planned.ok ? 'planned' : planned.error.class
    }
    expect(refusal(null, () => '/bin/x')).toBe('launch')
    expect(refusal([], () => '/bin/x')).toBe('launch')
    expect(refusal(['gemini', '--acp'], () => null)).toBe('missing-program')
  })
})
