import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openTerminal, terminalCommand } from '../../../src/agents/terminal/open-terminal.ts'
import { eventually } from '../../support/eventually.ts'

let folder: string
let bin: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'yard-terminal-')))
  bin = join(folder, 'bin')
  mkdirSync(bin)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function install(name: string, script = ''): string {
  const file = join(bin, name)
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

test.skipIf(process.platform === 'win32')(
  'a terminal starts in a folder of any name, with no argument that could be taken for an option (a shell script plays it: no sh on Windows)',
  async () => {
    const odd = join(folder, 'work', '-e; touch x')
    mkdirSync(odd, { recursive: true })
    const seen = join(folder, 'seen')
    install('my-terminal', `{ pwd; echo "$#"; } > '${seen}.new' && mv '${seen}.new' '${seen}'`)
    expect(
      await openTerminal(odd, { PATH: `${bin}:/usr/bin:/bin`, TERMINAL: 'my-terminal' }, 'linux'),
    ).toBeNull()
    await eventually(() => expect(readFileSync(seen, 'utf8')).toBe(`${odd}\n0\n`))
  },
)

test("the person's own choice comes first, then what the desktop brings", () => {
  const [kitty, xterm] = [install('kitty'), install('xterm')]
  const env = { PATH: bin }
  const work = join(folder, 'work')
  expect(terminalCommand(work, env, 'linux')).toEqual({ program: kitty, args: [] })
  const named = { ...env, TERMINAL: 'xterm' }
  expect(terminalCommand(work, named, 'linux')).toEqual({ program: xterm, args: [] })
  const both = { ...named, YARD_TERMINAL: 'kitty' }
  expect(terminalCommand(work, both, 'linux')).toEqual({ program: kitty, args: [] })
  expect(terminalCommand(work, { ...env, TERMINAL: 'none' }, 'linux')?.program).toBe(kitty)
  expect(terminalCommand(work, {}, 'darwin')?.args).toEqual(['-a', 'Terminal', work])
})

test('a program that an agent left in the folder is not taken for the terminal', () => {
  const planted = install('xterm')
  for (const path of ['/nowhere:', '.', './bin', `/nowhere:${bin}`])
    expect(terminalCommand(folder, { PATH: path }, 'linux')).toBeNull()
  const named = { PATH: '/nowhere', TERMINAL: planted, YARD_TERMINAL: './bin/xterm' }
  expect(terminalCommand(folder, named, 'linux')).toBeNull()
  expect(terminalCommand(join(folder, 'other'), { PATH: bin }, 'linux')?.program).toBe(planted)
})

test('a terminal may be named with arguments', () => {
  const kitty = install('kitty')
  const env = { PATH: bin, TERMINAL: 'kitty -1' }
  expect(terminalCommand(join(folder, 'work'), env, 'linux')).toEqual({
    program: kitty,
    args: ['-1'],
  })
})

test('where there is none, it says how to name one', async () => {
  expect(await openTerminal(folder, { PATH: bin }, 'linux')).toContain('YARD_TERMINAL')
})
