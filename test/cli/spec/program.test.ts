import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { completionScript, SHELLS } from '../../../src/cli/spec/completion-script.ts'
import { commandGroups } from '../../../src/cli/groups.ts'
import { argument, defineCommand, option, type Cli } from '../../../src/cli/spec/define.ts'
import * as choices from '../../../src/cli/spec/choices.ts'
import { duration, idList, taskId } from '../../../src/cli/spec/values.ts'
import { cliDocs } from '../../../src/cli/spec/docs.ts'
import { createProgram } from '../../../src/cli/spec/program.ts'
import {
  contextSchema,
  DERIVED_STATES,
  modeSchema,
  PRIORITIES,
  TASK_STATUSES,
} from '../../../src/domain/task.ts'

describe('words that are kept apart from the schemas', () => {
  it('are those of the domain', () => {
    expect(choices.PRIORITIES).toEqual([...PRIORITIES])
    expect(choices.CONTEXTS).toEqual(contextSchema.options)
    expect(choices.MODES).toEqual(modeSchema.options)
    expect(choices.STATUSES).toEqual([...TASK_STATUSES, ...DERIVED_STATES])
  })
})

describe('docs/cli.md', () => {
  it('is what the commands say', () => {
    const written = readFileSync(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
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

describe('start', () => {
  it('of a command loads only what describes the commands', () => {
    const program = fileURLToPath(new URL('../../../src/cli/index.ts', import.meta.url))
    const hook = `
      import { registerHooks } from 'node:module'
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      process.on('exit', () => process.stderr.write(JSON.stringify(loaded)))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program, '--help'],
      { encoding: 'utf8' },
    )
    expect(stdout).toContain('Usage: yard')
    const loaded: readonly string[] = JSON.parse(stderr)
    const packages = loaded.flatMap(
      (url) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [],
    )
    expect(new Set(packages)).toEqual(new Set(['commander', 'zod']))
    const sources = loaded.filter((url) => url.includes('/src/') && !url.includes('/src/cli/'))
    expect(sources.length).toBeLessThan(30)
    expect(
      sources.filter((url) =>
        /\/src\/(store|coordinator|mcp|graph-file|yard|headless|agents)\//.test(url),
      ),
    ).toEqual([])
  })
})

describe('a command', () => {
  const run = async (words: readonly string[]) => {
    const seen: unknown[] = []
    const command = defineCommand({
      name: 'try',
      summary: 'tries',
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
    const groups = [{ title: 'All', commands: [command] }]
    const program = createProgram(groups, async (execute) => void (await execute({} as Cli)))
    await program.parseAsync(['try', ...words], { from: 'user' })
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
