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
  'a terminal starts in the folder, whatever its name, with no argument that could be taken for an option',
  async () => {
    const odd = join(folder, '-e; touch x')
    mkdirSync(odd)
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
  expect(terminalCommand(folder, env, 'linux')).toEqual({ program: kitty, args: [] })
  const named = { ...env, TERMINAL: 'xterm' }
  expect(terminalCommand(folder, named, 'linux')).toEqual({ program: xterm, args: [] })
  const both = { ...named, YARD_TERMINAL: 'kitty' }
  expect(terminalCommand(folder, both, 'linux')).toEqual({ program: kitty, args: [] })
  expect(terminalCommand(folder, { ...env, TERMINAL: 'none' }, 'linux')?.program).toBe(kitty)
  expect(terminalCommand(folder, {}, 'darwin')?.args).toEqual(['-a', 'Terminal', folder])
})

test('where there is none, it says how to name one', async () => {
  expect(await openTerminal(folder, { PATH: bin }, 'linux')).toContain('YARD_TERMINAL')
})
