import { taskIdSchema } from '../../../src/domain/schemas.ts'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { LaunchInput, LaunchPlan } from '../../../src/agents/executors/executor.ts'
import { nativeCodex } from '../../../src/agents/executors/launch/program.ts'
import { executorOf } from '../../../src/agents/executors/registry.ts'
import { AGENT_CLIS, EXECUTOR_TYPES, type ExecutorType } from '../../../src/domain/settings.ts'
import { CONVERSATION, launchInput, launchOrder, type OrderParts } from './launch-order.ts'

function planOf(
  type: ExecutorType,
  parts: OrderParts = {},
  more: Partial<LaunchInput> = {},
): LaunchPlan {
  const planned = executorOf(type)?.plan(launchInput(launchOrder(type, parts), more))
  if (!planned?.ok) throw new Error(planned?.error.reason ?? `${type} has no executor`)
  return planned.value
}
function refusalOf(
  type: ExecutorType,
  parts: OrderParts = {},
  more: Partial<LaunchInput> = {},
): string {
  const planned = executorOf(type)?.plan(launchInput(launchOrder(type, parts), more))
  return planned && !planned.ok ? planned.error.class : 'planned'
}
const HOSTILE = '"; rm -rf / #\n$(reboot) `id` {prompt_file} {model} --help'

describe('shell', () => {
  it('gives the line to sh unchanged, as one argument', async () => {
    const line = `printf '%s' "it's {model} {task_id} $HOME_OF_TEST"`
    const { argv, stdin } = planOf('shell', { task: { exec: line } })
    expect(argv).toEqual(['/bin/sh', '-c', line])
    expect(stdin).toBe('none')
    const [program, ...args] = argv
    expect((await execa(program, args, { env: { HOME_OF_TEST: 'x' } })).stdout).toBe(
      "it's {model} {task_id} x",
    )
  })

  it('uses PowerShell on Windows', () => {
    expect(
      planOf('shell', { task: { exec: 'dir' } }, { platform: 'win32' }).argv.slice(-2),
    ).toEqual(['-Command', 'dir'])
  })

  it('says so when there is nothing to run', () => {
    expect(refusalOf('shell')).toBe('launch')
  })
})

describe('command', () => {
  it('fills each element by itself and never splits or fills again', () => {
    const profile = {
      command: [
        'prog',
        '--model={model}',
        '{prompt_file}',
        '{task_id}/{agent_id}',
        'a b',
        '{other}',
      ],
    }
    const { argv } = planOf('command', { profile, order: { modelId: HOSTILE } })
    expect(argv).toEqual([
      '/bin/prog',
      `--model=${HOSTILE}`,
      '/project/.yard/agents/agent-7/prompt.md',
      'build/agent-7',
      'a b',
      '{other}',
    ])
  })

  it('keeps the places of arguments when no model is known', () => {
    const profile = { command: ['prog', '{model}', '{task_id}'] }
    expect(planOf('command', { profile }).argv).toEqual(['/bin/prog', '', 'build'])
  })

  it('never fills the program itself', () => {
    expect(
      planOf('command', { profile: { command: ['{model}'] }, order: { modelId: 'sh' } }).argv,
    ).toEqual(['/bin/{model}'])
  })

  it('gives the prompt on stdin when its profile says so', () => {
    expect(planOf('command', { profile: { command: ['prog'], stdin: 'prompt' } }).stdin).toBe(
      'prompt',
    )
    expect(planOf('command', { profile: { command: ['prog'] } }).stdin).toBe('none')
  })

  it('is refused without a command or a program', () => {
    expect(refusalOf('command')).toBe('launch')
    expect(refusalOf('command', { profile: { command: [] } })).toBe('launch')
    expect(refusalOf('command', { profile: { command: ['prog'] } }, { which: () => null })).toBe(
      'missing-program',
    )
  })
})

describe('claude', () => {
  it('runs headless with JSON events and an id of our choice', () => {
    const plan = planOf('claude', { order: { modelId: 'opus' } })
    expect(plan.argv).toEqual([
      '/bin/claude',
      ...[
        '-p',
        '--output-format',
        'stream-json',
        '--verbose',
        '--dangerously-skip-permissions',
        '--mcp-config=/project/.yard/agents/agent-7/mcp.json',
        '--model=opus',
      ],
      `--session-id=${CONVERSATION}`,
    ])
    expect(plan).toMatchObject({ stdin: 'prompt', conversationId: CONVERSATION })
  })

  it('resumes a conversation instead of beginning one', () => {
    const plan = planOf('claude', { order: { resume: { executor: 'claude', id: 'abc-1' } } })
    expect(plan.argv).toContain('--resume=abc-1')
    expect(plan.argv.join(' ')).not.toContain('--session-id')
    expect(plan.conversationId).toBe('abc-1')
  })

  it('shows its permissions in its flags', () => {
    expect(planOf('claude', { profile: { permissions: 'workspace' } }).argv).toContain(
      'acceptEdits',
    )
    const asking = planOf('claude', { profile: { permissions: 'ask' } }).argv
    expect(asking).toContain('default')
    expect(asking).not.toContain('--dangerously-skip-permissions')
  })

  it('narrows its tools by the mode of the task', () => {
    expect(planOf('claude', { task: { mode: 'light' } }).argv.join(' ')).toContain(
      '--disallowed-tools=Edit,Write',
    )
    expect(planOf('claude', { task: { mode: 'bare' } }).argv).not.toContain(
      '--dangerously-skip-permissions',
    )
  })

  it('never claims to be in a sandbox, and leaves its retries to us unless told otherwise', () => {
    const { set } = planOf('claude').env
    expect(set).toMatchObject({ DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_MAX_RETRIES: '3' })
    expect(set).not.toHaveProperty('IS_SANDBOX')
    const own = planOf('claude', {}, { inheritedEnv: { CLAUDE_CODE_MAX_RETRIES: '9' } })
    expect(own.env.set).not.toHaveProperty('CLAUDE_CODE_MAX_RETRIES')
  })
})

describe('codex', () => {
  it('runs headless, with the arguments of its profile before its verb', () => {
    const profile = { command: ['codex', '-c', 'model_provider="x"'] }
    const plan = planOf('codex', { profile, order: { modelId: 'gpt' } })
    expect(plan.argv).toEqual([
      ...['/bin/codex', '-c', 'model_provider="x"', 'exec', '--json', '--skip-git-repo-check'],
      ...[
        '--dangerously-bypass-approvals-and-sandbox',
        '-c',
        'features.unbounded_connection_retries=false',
        '-c',
        expect.stringMatching(/^mcp_servers\.yard=\{command="yard",args=\["mcp"\],env_vars=\[/),
      ],
      ...['--model=gpt', '-'],
    ])
    expect(plan).toMatchObject({ stdin: 'prompt', conversationId: null })
  })

  it('has no sub-agents under a budget, which could not hold them', () => {
    const off = 'features.multi_agent=false'
    expect(planOf('codex', { order: { isCapped: true } }).argv).toContain(off)
    expect(planOf('codex').argv).not.toContain(off)
  })

  it('resumes by the id of the conversation', () => {
    const plan = planOf('codex', { order: { resume: { executor: 'codex', id: 'thread-1' } } })
    expect(plan.argv.slice(1, 3)).toEqual(['exec', 'resume'])
    expect(plan.argv.slice(-2)).toEqual(['thread-1', '-'])
    expect(plan.conversationId).toBe('thread-1')
  })

  it('shows its permissions in its flags', () => {
    expect(planOf('codex', { profile: { permissions: 'workspace' } }).argv).toContain(
      'sandbox_mode="workspace-write"',
    )
    expect(planOf('codex', { profile: { permissions: 'ask' } }).argv).toContain(
      'sandbox_mode="read-only"',
    )
    expect(planOf('codex', { task: { mode: 'light' } }).argv).toContain('sandbox_mode="read-only"')
  })
})

describe.each(['claude', 'codex'] as const)('%s and hostile words', (type) => {
  it('has no text of a task in its arguments, and a conversation that looks like an option begins anew', () => {
    const words = { title: HOSTILE, description: HOSTILE, id: taskIdSchema.parse('odd') }
    const resume = { executor: type, id: '--dangerously-do-it' }
    const plan = planOf(type, { task: words, order: { resume } })
    expect(plan.argv.join('\n')).not.toContain('rm -rf')
    expect(plan.argv.join('\n')).not.toContain('--dangerously-do-it')
  })

  it('has no secret in its arguments', () => {
    const env = { ANTHROPIC_API_KEY: { from: 'SECRET' }, OPENAI_API_KEY: { from: 'SECRET' } }
    const plan = planOf(type, { profile: { env } }, { inheritedEnv: { SECRET: 'sk-very-secret' } })
    expect(plan.argv.join('\n')).not.toContain('sk-very-secret')
    expect(Object.values(plan.env.set)).toContain('sk-very-secret')
  })

  it('is refused when its program is not there', () => {
    expect(refusalOf(type, {}, { which: () => null })).toBe('missing-program')
  })
})

describe('the native binary behind the launcher of codex', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'yard-codex-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function install(): Promise<string> {
    const modules = join(folder, 'node_modules')
    const launcher = join(modules, '@openai/codex/bin/codex.js')
    const native = join(
      modules,
      '@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex',
    )
    for (const file of [launcher, native]) {
      await mkdir(join(file, '..'), { recursive: true })
      await writeFile(file, '')
    }
    await writeFile(join(modules, '@openai/codex-linux-x64/package.json'), '{}')
    await mkdir(join(modules, '.bin'))
    await symlink(launcher, join(modules, '.bin/codex'))
    return native
  }

  it('is found through the link on the PATH', async () => {
    const native = await install()
    expect(nativeCodex(join(folder, 'node_modules/.bin/codex'), 'linux', 'x64')).toBe(native)
  })

  it('is left alone where there is none for this machine, or the program is no launcher', async () => {
    const native = await install()
    const launcher = join(folder, 'node_modules/.bin/codex')
    expect(nativeCodex(launcher, 'linux', 'arm64')).toBe(launcher)
    expect(nativeCodex(launcher, 'freebsd', 'x64')).toBe(launcher)
    expect(nativeCodex(native, 'linux', 'x64')).toBe(native)
    expect(nativeCodex(join(folder, 'nothing'), 'linux', 'x64')).toBe(join(folder, 'nothing'))
  })
})

it('every type is either a process or known not to be one', () => {
  const started = EXECUTOR_TYPES.filter((type) => executorOf(type) !== null)
  expect(started).toEqual(['shell', 'command', ...AGENT_CLIS, 'acp', 'native'])
  for (const type of started) expect(executorOf(type)?.type).toBe(type)
})
