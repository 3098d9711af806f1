import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createShellTool,
  yardTool,
  type ShellTool,
} from '../../../../src/agents/native/tools/shell-tool.ts'
import type { ToolContext } from '../../../../src/agents/native/tools/tool.ts'
import { eventually } from '../../../support/eventually.ts'
import { isAlive } from '../../../support/is-alive.ts'
import { makeToolPlace, type ToolPlace } from './tool-place.ts'

let place: ToolPlace
let shell: ShellTool

beforeEach(async () => {
  place = await makeToolPlace()
  shell = createShellTool()
})
afterEach(async () => {
  shell.endAll()
  await place.remove()
})

const run = (command: string, more: object = {}, context: Partial<ToolContext> = {}) =>
  shell.tool.run({ command, ...more }, place.context(context))
/** What a line has written into `pid`, once it has. */
const untilPid = (): Promise<number> =>
  eventually(async () => {
    const pid = Number(await readFile(join(place.root, 'pid'), 'utf8'))
    expect(pid).toBeGreaterThan(0)
    return pid
  })

describe('shell', () => {
  it('runs a line in the work tree and returns its output and exit code', async () => {
    expect(await run('pwd; echo oops >&2')).toEqual({ ok: true, text: `${place.root}\noops` })
    expect(await run('echo no; exit 3')).toEqual({ ok: false, text: 'no\n[exit code 3]' })
    expect(await run('true')).toEqual({ ok: true, text: '[exit code 0, no output]' })
  })

  it('has the environment that it is given and no input', async () => {
    const env = { PATH: process.env['PATH'], MINE: 'x' }
    expect((await run('echo $MINE-$HOME; cat', {}, { env })).text).toBe('x-')
  })

  it('keeps the beginning and the end of a flood', async () => {
    const { text } = await run('echo first; yes | head -c 3000000; echo last')
    expect(text.length).toBeLessThan(31_000)
    expect(text).toMatch(/^first[^]*left out[^]*last$/)
  })

  it('ends what takes too long, with all that it started', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const running = run('sleep 600 & echo $! > pid; wait', { timeout_seconds: 3599.5 })
    const pid = await untilPid()
    vi.advanceTimersByTime(3_600_000)
    vi.useRealTimers()
    expect((await running).text).toContain('ended after 3599.5 seconds')
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('ends when the agent is asked to stop', async () => {
    const stop = new AbortController()
    const running = run('echo $$ > pid; exec sleep 600', {}, { signal: stop.signal })
    const pid = await untilPid()
    stop.abort()
    expect((await running).ok).toBe(false)
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('does not wait for what goes on in the background, and ends it with the agent', async () => {
    const { ok } = await run('sleep 600 & echo $! > pid')
    expect(ok).toBe(true)
    const pid = await untilPid()
    expect(isAlive(pid)).toBe(true)
    shell.endAll()
    await expect.poll(() => isAlive(pid)).toBe(false)
  })

  it('that cannot be started is told', async () => {
    const context = { root: join(place.root, 'none') }
    expect(await run('true', {}, context)).toMatchObject({ ok: false })
  })

  it('is taken to change things unless it plainly reads', () => {
    expect(shell.tool.changes({ command: 'ls -l' })).toBe(false)
    expect(shell.tool.changes({ command: 'npm install' })).toBe(true)
  })
})

describe('yard', () => {
  const shim = async (script: string): Promise<NodeJS.ProcessEnv> => {
    const folder = join(place.root, 'bin')
    await mkdir(folder)
    await writeFile(join(folder, 'yard'), `#!/bin/sh\n${script}\n`)
    await chmod(join(folder, 'yard'), 0o755)
    return { PATH: `${folder}:${process.env['PATH']}` }
  }

  it('runs the yard on its path with arguments that no shell sees', async () => {
    const env = await shim(`for word; do printf '<%s>' "$word"; done`)
    const args = ['log', 'build', '$(touch gotcha) `id`; "x" \'y\'', '']
    const { ok, text } = await yardTool.run({ args }, place.context({ env }))
    expect([ok, text]).toEqual([true, `<log><build><$(touch gotcha) \`id\`; "x" 'y'><>`])
    expect(existsSync(join(place.root, 'gotcha'))).toBe(false)
  })

  it('tells what the yard refuses', async () => {
    const env = await shim('echo "no such task" >&2; exit 3')
    const input = { args: ['done', 'none'] }
    expect(await yardTool.run(input, place.context({ env }))).toEqual({
      ok: false,
      text: 'no such task',
    })
  })

  it.each([['service', 'stop'], ['--help'], ['config', '--set', 'a=b'], ['kill', 'agent-1']])(
    'does not run %s',
    async (...args) => {
      const env = await shim('touch ran')
      expect((await yardTool.run({ args }, place.context({ env }))).text).toContain(
        'not for agents',
      )
      expect(existsSync(join(place.root, 'ran'))).toBe(false)
    },
  )

  it('that is not there is told', async () => {
    const env = { PATH: place.root }
    expect(await yardTool.run({ args: ['log', 'x'] }, place.context({ env }))).toMatchObject({
      ok: false,
    })
  })
})
