import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findCaller, parentOf } from '../../src/yard/caller.ts'
import { completionScript, SHELLS } from '../../src/cli/spec/completion-script.ts'
import { commandGroups } from '../../src/cli/groups.ts'
import { cliDocs } from '../../src/cli/spec/docs.ts'
import { errorLine } from '../../src/cli/text/print.ts'
import { createProgram } from '../../src/cli/spec/program.ts'
import { serviceUnit, TEMPLATE_OF, type UnitKind } from '../../src/cli/commands/service/install.ts'
import { formatTable, shownWidth } from '../../src/cli/text/table.ts'
import { span } from '../../src/cli/text/format.ts'
import { isAtRest, movingTasks, type RestingTask } from '../../src/domain/rest.ts'

describe('docs/cli.md', () => {
  it('is what the commands say', () => {
    const written = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
    expect(written).toBe(cliDocs())
  })
})

describe('help', () => {
  it('marks what must be said, in the first line and beside it', () => {
    const program = createProgram(commandGroups, async () => {})
    const helpOf = (name: string) =>
      program.commands.find((command) => command.name() === name)?.helpInformation() ?? ''
    expect(helpOf('claim')).toContain('Usage: yard claim [options] --as <name> <id>')
    expect(helpOf('claim')).toMatch(/--as <name> +who takes it \(required\)/)
    expect(helpOf('show')).not.toContain('required')
    expect(cliDocs()).toContain('### `yard model add <name> --provider <name> --model-id <id>`')
  })
})

describe('completion', () => {
  const program = createProgram(commandGroups, async () => {})
  it.each(SHELLS)('knows commands, options and choices in %s', (shell) => {
    const script = completionScript(program, shell)
    for (const word of ['dead-agents', 'max-attempts', 'critical', 'set-default', 'kill-agents'])
      expect(script).toContain(word)
  })
})

describe('rest', () => {
  const task = (id: string, state: RestingTask['state'], after: string[] = []): RestingTask => ({
    id,
    state,
    after,
    waitsForPerson: false,
    hasRepeated: false,
    isStuck: false,
  })
  it('is where nothing can move', () => {
    const stuck = [
      task('a', 'failed'),
      task('b', 'blocked', ['a']),
      task('c', 'paused'),
      task('d', 'waiting'),
    ]
    expect(isAtRest(stuck, 0)).toBe(true)
    expect(isAtRest(stuck, 1)).toBe(false)
  })
  it.each(['ready', 'delayed', 'parked', 'in-progress', 'pending-eval'] as const)(
    'is not where a task is %s, nor below it',
    (state) => {
      const moving = movingTasks([
        task('a', state),
        task('b', 'blocked', ['a']),
        task('c', 'blocked', ['b']),
      ])
      expect([...moving].toSorted()).toEqual(['a', 'b', 'c'])
    },
  )
  it('does not wait for people, nor for the second time of what repeats', () => {
    expect(isAtRest([{ ...task('a', 'ready'), waitsForPerson: true }], 0)).toBe(true)
    expect(isAtRest([{ ...task('a', 'delayed'), hasRepeated: true }], 0)).toBe(true)
  })
  it('does not wait for what can never start as things are, nor below it', () => {
    for (const state of ['ready', 'delayed', 'parked'] as const)
      expect(
        isAtRest([{ ...task('a', state), isStuck: true }, task('b', 'blocked', ['a'])], 0),
      ).toBe(true)
    expect(isAtRest([{ ...task('a', 'in-progress'), isStuck: true }], 0)).toBe(false)
  })
})

describe('who calls', () => {
  const root = import.meta.dirname
  const env = {
    YARD_TOKEN: 't',
    YARD_AGENT_ID: 'agent-1',
    YARD_TASK_ID: 'a',
    YARD_GENERATION: '2',
    YARD_DIR: root,
  }
  it('is the agent whose variables it has, or a process above it had', () => {
    const agent = { kind: 'agent', agentId: 'agent-1', generation: 2, token: 't' }
    expect(findCaller(env, root, () => [])).toMatchObject(agent)
    expect(findCaller({}, root, () => [{}, env])).toMatchObject(agent)
  })
  it('is a person without them, and nobody in another yard', () => {
    expect(findCaller({}, root, () => [{}])).toEqual({ kind: 'person' })
    expect(findCaller({ YARD_DIR: root }, root, () => [])).toEqual({ kind: 'person' })
    expect(findCaller(env, '/', () => [])).toEqual({ kind: 'nameless' })
    expect(findCaller({}, '/', () => [{}, env])).toEqual({ kind: 'nameless' })
  })
  it('is nobody we know below a marker that no agent here has', () => {
    const marked = { YARD_AGENT_KEY: 'key' }
    expect(findCaller(marked, root, () => [])).toEqual({ kind: 'nameless' })
    expect(findCaller({}, root, () => [{}, marked])).toEqual({ kind: 'nameless' })
    expect(findCaller({ ...marked, YARD_DIR: root }, root, () => [])).toEqual({ kind: 'nameless' })
  })
  it('is nobody below an agent of another yard, wherever in the chain that shows', () => {
    const marked = { YARD_AGENT_KEY: 'key' }
    const chain = [{ ...marked, YARD_DIR: '/' }, marked]
    expect(findCaller(marked, root, () => chain)).toEqual({ kind: 'nameless' })
    expect(findCaller({}, root, () => chain)).toEqual({ kind: 'nameless' })
  })
  it('reads the parent behind any name', () => {
    expect(parentOf('12 (a) b (c)) S 7 12 12 0')).toBe(7)
    expect(parentOf('')).toBeNull()
  })
})

describe('what is printed', () => {
  it('is aligned by what a terminal shows', () => {
    const lines = formatTable(
      ['ID', 'TITLE'],
      [
        ['日本', 'x'],
        ['a', null],
      ],
      null,
    )
    expect(lines).toEqual(['ID    TITLE', '日本  x', 'a     -'])
    expect(lines.map((line) => shownWidth(line.slice(0, line.lastIndexOf(' ') + 1)))).toEqual([
      6, 6, 6,
    ])
  })
  it('has no escape sequences of others', () => {
    expect(formatTable(['A'], [['\u001b[31mred\nline']], null)[1]).toBe('\\u001b[31mred line')
  })
  it('is one line for an error', () => {
    expect(errorLine({ kind: 'io', message: 'a\nb', hint: 'c' })).toBe('a b; c')
  })
  it('is a length of time that people say', () => {
    expect([5, 1500, 90_000, 3_700_000, 100_000_000].map(span)).toEqual([
      '5 ms',
      '1.5 s',
      '1 min 30 s',
      '1 h 2 min',
      '1 d 4 h',
    ])
  })
})

describe('units of the system', () => {
  const unit = (kind: UnitKind) =>
    serviceUnit({
      kind,
      template: readFileSync(
        new URL(`../../resources/service/${TEMPLATE_OF[kind]}`, import.meta.url),
        'utf8',
      ),
      root: '/home/me/100% "mine" & $co',
      command: ['/usr/bin/node', '/app/headless.js', '--dir', '/home/me/100% "mine" & $co'],
      home: '/home/me',
      configHome: '/home/me/.config',
    })
  it('lets agents outlive a systemd unit', () => {
    const { text, file, next } = unit('systemd')
    expect(text).toContain('KillMode=process')
    expect(text).toContain('"/home/me/100%% \\"mine\\" & $$co"')
    expect(file).toMatch(
      /^\/home\/me\/\.config\/systemd\/user\/yardmaster-100-mine-co-[0-9a-f]{6}\.service$/,
    )
    expect(next.join('\n')).toMatch(/enable-linger/)
  })
  it('lets agents outlive a launchd agent', () => {
    const { text } = unit('launchd')
    expect(text).toMatch(/<key>AbandonProcessGroup<\/key>\s*<true\/>/)
    expect(text).toContain('<string>/home/me/100% &#34;mine&#34; &#38; $co</string>')
  })
  it('sets no time limit on a Windows task', () => {
    expect(unit('windows').text).toContain('<ExecutionTimeLimit>PT0S</ExecutionTimeLimit>')
    expect(unit('windows').text).toMatch(/<Arguments>.*&#34;--dir&#34;/)
  })
})
