import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { completionScript, SHELLS } from '../../../src/cli/commands/help.ts'
import { commandGroups } from '../../../src/cli/groups.ts'
import { argument, defineCommand, option, type Cli } from '../../../src/cli/spec/define.ts'
import { cliDocs } from '../../../src/cli/spec/docs.ts'
import { createProgram } from '../../../src/cli/spec/program.ts'
import * as choices from '../../../src/cli/spec/values.ts'
import { duration, idList, taskId } from '../../../src/cli/spec/values.ts'
import { contextSchema, modeSchema } from '../../../src/domain/task.ts'
import { DERIVED_STATES, TASK_STATUSES } from '../../../src/domain/graph/shown-state.ts'
import { PRIORITIES } from '../../../src/domain/graph/priority.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/cli/index.ts', import.meta.url))

describe('words that are kept apart from the schemas', () => {
  it('are those of the domain', () => {
    expect(choices.PRIORITIES).toEqual([...PRIORITIES])
    expect(choices.CONTEXTS).toEqual(contextSchema.options)
    expect(choices.MODES).toEqual(modeSchema.options)
    expect(choices.STATUSES).toEqual([...TASK_STATUSES, ...DERIVED_STATES])
  })
})

describe('docs/cli.md', () => {
  it('is what the commands say', async () => {
    const written = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
    expect(written).toBe(await cliDocs())
  })
})

describe('help', () => {
  it('marks what must be said, in the first line and beside it', async () => {
    const root = await createProgram(commandGroups, async () => {}).complete()
    const helpOf = (name: string) =>
      root.commands.find((command) => command.name() === name)?.helpInformation() ?? ''
    expect(helpOf('claim')).toContain('Usage: yard claim [options] --as <name> <id>')
    expect(helpOf('claim')).toMatch(/--as <name> +who takes it \(required\)/)
    expect(helpOf('show')).not.toContain('required')
    expect(await cliDocs()).toContain(
      '### `yard model add <name> --provider <name> --model-id <id>`',
    )
  })
})

describe('the overview', () => {
  it.each(commandGroups.flatMap(({ commands }) => commands))(
    'names the arguments of $name as it declares them',
    async ({ usage, load }) => {
      const declared = (await load()).arguments.map((one) => {
        const name = `${one.name()}${one.variadic ? '...' : ''}`
        return one.required ? `<${name}>` : `[${name}]`
      })
      expect(usage).toBe(declared.join(' '))
    },
  )
})

describe('completion', () => {
  it.each(SHELLS)('knows commands, options and choices in %s', async (shell) => {
    const root = await createProgram(commandGroups, async () => {}).complete()
    const script = completionScript(root, shell)
    for (const word of ['dead-agents', 'max-attempts', 'critical', 'set-default', 'kill-agents'])
      expect(script).toContain(word)
  })
})

describe('start', () => {
  const loadedBy = (...args: readonly string[]) => {
    const hook = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      process.on('exit', () => process.stderr.write(JSON.stringify(loaded)))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, PROGRAM, ...args],
      { encoding: 'utf8' },
    )
    expect(stdout).toContain('Usage: yard')
    const loaded: readonly string[] = JSON.parse(stderr)
    const packages = loaded.flatMap(
      (url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
    )
    const sources = loaded.flatMap((url) => /\/src\/(.*)/.exec(url)?.[1] ?? [])
    return { packages: new Set(packages), sources }
  }
  it('compiles into the cache of the user, unless Node is told not to', () => {
    const home = mkdtempSync(join(tmpdir(), 'yard-home-'))
    const cache = join(home, '.cache/yardmaster/compiled')
    const start = (env: Record<string, string>) =>
      spawnSync(process.execPath, [PROGRAM, '--version'], { env: { HOME: home, ...env } }).status
    expect(start({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBe(0)
    expect(existsSync(cache)).toBe(false)
    expect(start({})).toBe(0)
    expect(existsSync(cache)).toBe(true)
    rmSync(home, { recursive: true })
  })
  it('of the overview loads no command', () => {
    const { packages, sources } = loadedBy('--help')
    expect(packages).toEqual(new Set(['commander']))
    expect(sources.length).toBeLessThan(20)
    expect(sources.filter((path) => path.startsWith('cli/commands/'))).toEqual([])
  })
  it('of the help of a command loads that alone, and nothing that opens a yard', () => {
    const { packages, sources } = loadedBy('add', '--help')
    expect(packages).toEqual(new Set(['commander']))
    expect(sources.filter((path) => path.startsWith('cli/commands/'))).toEqual([
      'cli/commands/tasks/add.ts',
    ])
    const heavy = /^(store|coordinator|mcp|graph-file|agents\/runtime)\/|open-(yard|locally)\.ts$/
    expect(sources.filter((path) => heavy.test(path))).toEqual([])
  })
})

describe('a command', () => {
  const run = async (words: readonly string[]) => {
    const seen: unknown[] = []
    const command = defineCommand({
      arguments: { id: argument('<id>', 'the id', taskId), more: argument('[more...]', 'more') },
      options: {
        force: option('--force', 'at once'),
        reload: option('--no-reload', 'not'),
        timeoutMs: option('--timeout <duration>', 'so long', duration),
        ids: option.list('--ids <ids>', 'these', idList),
        by: option.oneOf('--by <group>', 'how', ['task', 'day']),
      },
      exclusive: [['force', 'by']],
      handler: async (_cli, input) => {
        seen.push(input)
        return { ok: true, value: 0 }
      },
    })
    const entry = { name: 'try', usage: '', summary: 'tries', load: async () => command }
    const groups = [{ title: 'All', commands: [entry] }]
    const program = createProgram(groups, async (execute) => void (await execute({} as Cli)))
    await program.parse(['try', ...words])
    return seen[0]
  }
  it('is given its arguments and options by the names of their declarations', async () => {
    const none = { more: [], force: false, reload: true, timeoutMs: undefined, ids: undefined }
    expect(await run(['a'])).toEqual({ ...none, id: 'a', by: undefined })
    const words = ['a', 'b', 'c', '--no-reload', '--timeout', '2s', '--ids', 'x,y', '--ids', 'z']
    expect(await run([...words, '--by', 'day'])).toEqual({
      id: 'a',
      more: ['b', 'c'],
      force: false,
      reload: false,
      timeoutMs: 2000,
      ids: ['x', 'y', 'z'],
      by: 'day',
    })
  })
  it('refuses a wrong value, and two options that exclude each other', async () => {
    await expect(run(['-'])).rejects.toMatchObject({ code: 'commander.invalidArgument' })
    await expect(run(['a', '--by', 'week'])).rejects.toMatchObject({
      code: 'commander.invalidArgument',
    })
    await expect(run(['a', '--force', '--by', 'day'])).rejects.toMatchObject({
      code: 'commander.conflictingOption',
    })
  })
})
