import { execFileSync, spawn } from 'node:child_process'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { RESOURCES, fixture, firstLine, openStages } from './stages.ts'
import type { Stages } from './stages.ts'
import { readExit } from '../../../src/agents/process/stage-files.ts'
import { eventually } from '../../support/eventually.ts'

const SHELL_SCRIPT = join(RESOURCES, 'supervise.sh')
const available = (shell: string): boolean =>
  ['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell)))
const SUPERVISORS = [
  { name: 'sh', command: ['/bin/sh', SHELL_SCRIPT] },
  ...(available('bash') ? [{ name: 'bash', command: ['bash', '--posix', SHELL_SCRIPT] }] : []),
  ...(available('busybox') ? [{ name: 'busybox', command: ['busybox', 'sh', SHELL_SCRIPT] }] : []),
  { name: 'node', command: [process.execPath, join(RESOURCES, 'supervise.mjs')] },
]

let stages: Stages
afterEach(() => stages.close())

describe.each(SUPERVISORS)('the supervisor under $name', ({ command }) => {
  it('keeps both streams and the code of a program that ends well', async () => {
    stages = openStages(command)
    const before = Date.now()
    const running = await stages.start([fixture('ends-well.sh')])
    const exit = await running.ended
    expect(exit).toMatchObject({ code: 0, signal: null })
    // The clock of a file system is a little late.
    expect(exit.endedAt).toBeGreaterThan(before - 1000)
    expect(exit.endedAt).toBeLessThan(Date.now() + 1000)
    expect(running.read('stdout.log')).toBe('all done\n')
    expect(running.read('stderr.log')).toBe('a remark\n')
    expect(JSON.parse(running.read('exit.json'))).toEqual({ code: 0, signal: null })
    expect(running.read('pid').trim()).toMatch(new RegExp(`^${running.pid} \\S+`))
  })

  it('writes both streams to one file in the order of writing', async () => {
    stages = openStages(command)
    const { stage, ended, folder } = stages.create([fixture('takes-turns.sh'), '200'])
    await stages.launcher.start({ ...stage, hasOneStream: true })
    expect(await ended).toMatchObject({ code: 1, signal: null })
    const turns = Array.from({ length: 200 }, (_, n) => `out ${n + 1}\nerr ${n + 1}\n`)
    expect(readFileSync(join(folder, 'stdout.log'), 'utf8')).toBe(turns.join(''))
    expect(existsSync(join(folder, 'stderr.log'))).toBe(false)
  })

  it('says in that file, too, that there is no such program', async () => {
    stages = openStages(command)
    const { stage, ended, folder } = stages.create(['no-such-program'])
    await stages.launcher.start({ ...stage, hasOneStream: true })
    expect((await ended).code).toBe(127)
    expect(readFileSync(join(folder, 'stdout.log'), 'utf8')).toContain('no-such-program')
  })

  it.each([
    { argv: ['fails.sh', '3'], code: 3, signal: null },
    { argv: ['fails.sh', '255'], code: 255, signal: null },
    { argv: ['dies.sh', 'KILL'], code: 137, signal: 'SIGKILL' },
    { argv: ['dies.sh', 'TERM'], code: 143, signal: 'SIGTERM' },
    { argv: ['dies.sh', 'SEGV'], code: 139, signal: 'SIGSEGV' },
  ])('records $argv as $code $signal', async ({ argv: [program = '', ...args], ...expected }) => {
    stages = openStages(command)
    const running = await stages.start([fixture(program), ...args])
    expect(await running.ended).toMatchObject(expected)
  })

  it('still writes down the end when a signal is sent to the group', async () => {
    stages = openStages(command)
    const running = await stages.start([fixture('hangs.sh')])
    await firstLine(running)
    process.kill(-running.pid, 'SIGINT')
    expect(await running.ended).toMatchObject({ code: 130, signal: 'SIGINT' })
  })

  it('records the code of a program that answers the polite signal', async () => {
    stages = openStages(command)
    const running = await stages.start([fixture('answers-term.sh')])
    await firstLine(running)
    process.kill(-running.pid, 'SIGTERM')
    expect(await running.ended).toMatchObject({ code: 7, signal: null })
  })

  it('starts nothing that was stopped before, and does not swallow the stop', async () => {
    stages = openStages(command)
    const { stage, ended, folder } = stages.create([fixture('hangs.sh')])
    const stdinFile = join(folder, 'not-yet')
    execFileSync('mkfifo', [stdinFile])
    const started = await stages.launcher.start({ ...stage, stdinFile })
    const pid = started.ok ? started.value.pid : 0
    // It owns the stage and waits for its input to open.
    await eventually(() => expect(existsSync(join(folder, 'pid'))).toBe(true))
    process.kill(-pid, 'SIGTERM')
    await eventually(() => {
      if (readExit(folder)) return
      closeSync(openSync(stdinFile, constants.O_WRONLY | constants.O_NONBLOCK))
    })
    expect(await ended).toMatchObject({ code: 143, signal: 'SIGTERM' })
  })

  it('gives the program the prompt and then the end of its input', async () => {
    stages = openStages(command)
    const running = await stages.start([fixture('echoes-input.sh')], 'do this\nand that')
    await running.ended
    expect(running.read('stdout.log')).toBe('do this\nand thatend of input\n')
  })

  it.each(['exit', 'cd', 'no-such-program', ''])(
    'records 127 for the program %j, a builtin of the shell or not',
    async (name) => {
      stages = openStages(command)
      const running = await stages.start([name, '0'])
      expect((await running.ended).code).toBe(127)
      expect(running.read('stderr.log')).not.toBe('')
    },
  )

  it('passes arguments through untouched', async () => {
    stages = openStages(command)
    const args = ['', 'a b', '$HOME', '`id`', "it's", '"q"', '*', 'line\nbreak', '-n', '\\t']
    const running = await stages.start(['printf', '<%s>', ...args])
    await running.ended
    expect(running.read('stdout.log')).toBe(args.map((arg) => `<${arg}>`).join(''))
  })

  it('records a failure when the prompt is missing', async () => {
    stages = openStages(command)
    const { stage, ended } = stages.create([fixture('ends-well.sh')])
    await stages.launcher.start({ ...stage, stdinFile: join(stage.folder, 'prompt.md') })
    expect((await ended).code).not.toBe(0)
    expect(readFileSync(join(stage.folder, 'stderr.log'), 'utf8')).toContain('prompt.md')
  })

  it('runs the body once when twins are started on one folder', async () => {
    stages = openStages(command)
    const { stage, ended, folder } = stages.create([fixture('counts.sh'), join(stages.dir, 'body')])
    const codes: (number | null)[] = []
    stages.launcher.onEnded(({ end }) => codes.push(end.code))
    await Promise.all(Array.from({ length: 4 }, () => stages.launcher.start(stage)))
    expect((await ended).code).toBe(0)
    await eventually(() => expect(codes).toHaveLength(4))
    expect(codes.toSorted()).toEqual([0, 75, 75, 75])
    expect(readFileSync(join(stages.dir, 'body'), 'utf8')).toBe('ran\n')
    expect(readdirSync(folder).filter((name) => /^exit\.\d/.test(name))).toEqual([])
  })

  it('runs nothing in a folder that a recovery owns', async () => {
    stages = openStages(command)
    const { stage, folder } = stages.create([fixture('counts.sh'), join(stages.dir, 'body')])
    writeFileSync(join(folder, 'pid'), 'recovery 1 1\n')
    await stages.launcher.start(stage)
    await eventually(() => expect(stages.vanished).toEqual([folder]))
    expect(existsSync(join(stages.dir, 'body'))).toBe(false)
  })

  it.skipIf(!canMount())(
    'keeps the end when the disk fills up meanwhile (where a small disk can be mounted)',
    async () => {
      stages = openStages(command)
      const folder = join(stages.dir, 'small')
      mkdirSync(folder)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder])
      try {
        const [program = '', ...prefix] = command
        const args = [...prefix, folder, '/dev/null', process.execPath, fixture('floods.mjs')]
        const child = spawn(program, [...args, String(1024 * 1024)], { stdio: 'ignore' })
        await new Promise((resolve) => child.once('exit', resolve))
        expect(readExit(folder)).toMatchObject({ code: 1, signal: null })
        expect(() => writeFileSync(join(folder, 'more'), 'x'.repeat(8192))).toThrow(/ENOSPC/)
      } finally {
        execFileSync('umount', [folder])
      }
    },
  )
})

function canMount(): boolean {
  const folder = join(process.env['TMPDIR'] ?? '/tmp', `yard-mount-${process.pid}`)
  mkdirSync(folder)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
