/** How each CLI is opened in a person's terminal. */
import { describe, expect, it } from 'vitest'
import type { PilotPlan } from '../../../src/agents/executors/executor.ts'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { canPilot, pilotedTypes, pilotPlan } from '../../../src/agents/pilot/terminal-stage.ts'
import { EXECUTOR_TYPES, type ExecutorType } from '../../../src/domain/settings.ts'
import {
  CONVERSATION,
  launchInput,
  launchOrder,
  profileOf,
  type OrderParts,
} from '../executors/launch-order.ts'

const FOLDER = '/project/.yard/agents/agent-7'
const FIRST = `Read ${FOLDER}/prompt.md and do what it says.`

function planOf(type: ExecutorType, parts: OrderParts = {}): PilotPlan {
  const executor = executorOf(type)
  const plan = executor && pilotPlan(executor, launchInput(launchOrder(type, parts)))
  if (!plan?.ok) throw new Error(plan?.error.reason ?? `${type} is no process`)
  return plan.value
}
const known = { order: { resume: { executor: 'any', id: 'earlier-1' } } }

/** Type · argv of a new conversation · of an earlier one · the conversation that is known beforehand. */
const ROWS: readonly (readonly [
  ExecutorType,
  readonly string[],
  readonly string[],
  string | null,
])[] = [
  [
    'claude',
    [
      ...['claude', '--dangerously-skip-permissions', `--mcp-config=${FOLDER}/mcp.json`],
      ...[`--add-dir=${FOLDER}`, `--session-id=${CONVERSATION}`, FIRST],
    ],
    ['--resume=earlier-1', FIRST],
    CONVERSATION,
  ],
  [
    'gemini',
    [
      ...['gemini', '--approval-mode=yolo', '--skip-trust', `--session-id=${CONVERSATION}`],
      ...[`--include-directories=${FOLDER}`, `--prompt-interactive=${FIRST}`],
    ],
    ['--resume=earlier-1', `--include-directories=${FOLDER}`, `--prompt-interactive=${FIRST}`],
    CONVERSATION,
  ],
  [
    'qwen',
    [
      ...['qwen', '--approval-mode=yolo', `--mcp-config=${FOLDER}/mcp.json`],
      ...[`--session-id=${CONVERSATION}`, `--include-directories=${FOLDER}`],
      `--prompt-interactive=${FIRST}`,
    ],
    ['--resume=earlier-1', `--include-directories=${FOLDER}`, `--prompt-interactive=${FIRST}`],
    CONVERSATION,
  ],
  [
    'copilot',
    [
      ...['copilot', '--allow-all', `--additional-mcp-config=@${FOLDER}/mcp.json`],
      ...[`--add-dir=${FOLDER}`, `--session-id=${CONVERSATION}`, `--interactive=${FIRST}`],
    ],
    ['--resume=earlier-1', `--interactive=${FIRST}`],
    CONVERSATION,
  ],
  [
    'opencode',
    ['opencode', '--auto', `--prompt=${FIRST}`],
    ['--session=earlier-1', `--prompt=${FIRST}`],
    null,
  ],
  ['pi', ['pi', FIRST], ['--session', 'earlier-1', FIRST], null],
]

describe('a plan for a terminal', () => {
  it.each(ROWS)('of %s begins a conversation', (type, argv, _resumed, conversation) => {
    const plan = planOf(type)
    expect(plan.argv).toEqual(argv)
    expect(plan.conversationId).toBe(conversation)
  })

  it.each(ROWS)('of %s goes on in an earlier one', (type, _argv, resumed) => {
    const plan = planOf(type, known)
    expect(plan.argv.slice(-resumed.length)).toEqual(resumed)
    expect(plan.conversationId).toBe('earlier-1')
  })

  it('of codex is its interactive command, with our tools', () => {
    const { argv, conversationId } = planOf('codex')
    expect([argv[0], argv[1], argv.at(-1)]).toEqual([
      ...['codex', '--dangerously-bypass-approvals-and-sandbox', FIRST],
    ])
    expect(argv.join(' ')).toMatch(/mcp_servers\.yard=\{command="yard"/)
    expect(argv).not.toContain('exec')
    expect(conversationId).toBeNull()
    const again = planOf('codex', known).argv
    expect([again[1], ...again.slice(-2)]).toEqual(['resume', 'earlier-1', FIRST])
  })

  it('keeps to the model, the binary, the permissions and the mode', () => {
    const parts = (type: ExecutorType): OrderParts => ({
      profile: profileOf(type, { permissions: 'ask', command: ['/opt/bin/x', 'lead'] }),
      order: { modelId: 'm-1' },
    })
    for (const type of ['claude', 'codex', 'gemini', 'qwen', 'copilot'] as const) {
      const { argv } = planOf(type, parts(type))
      expect(argv.slice(0, 2)).toEqual(['/opt/bin/x', 'lead'])
      expect(argv).toContain('--model=m-1')
      expect(argv.join(' ')).not.toMatch(/skip-permissions|bypass|yolo|allow-all/)
    }
    const light = planOf('claude', { task: { mode: 'light' } })
    expect(light.argv).toContain('--disallowed-tools=Edit,Write,MultiEdit,NotebookEdit')
  })

  it('holds no text of the prompt and no value of a key', () => {
    for (const type of pilotedTypes() as ExecutorType[]) {
      const profile = profileOf(type, { baseUrl: 'http://127.0.0.1:1', apiKeyEnv: 'MY_KEY' })
      const plan = planOf(type, { profile, order: { modelId: 'm-1' } })
      const text = JSON.stringify([plan, type])
      expect(text).not.toContain('Make it so.')
      expect(text).not.toContain('Build the thing')
    }
  })

  it('is there for agent CLIs and for nothing else', () => {
    expect(EXECUTOR_TYPES.filter((type) => canPilot({ type }))).toEqual([
      ...['claude', 'codex', 'gemini', 'qwen', 'opencode', 'pi', 'copilot'],
    ])
    const shell = executorOf('shell')
    expect(shell && pilotPlan(shell, launchInput(launchOrder('shell')))).toMatchObject({
      ok: false,
      error: { reason: expect.stringContaining('none that a person can drive') },
    })
  })
})
