import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeShim } from '../../../src/yard/executors/shim.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "yard's shim "))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['plain Node', {}, 'undefined'],
  ['an app that has to be told to be Node', { ELECTRON_RUN_AS_NODE: '1' }, '1'],
])(
  'the command of agents starts the program by %s, with the words as they are',
  async (_what, env, seen) => {
    const program = join(folder, 'program.cjs')
    writeFileSync(
      program,
      'console.log([String(process.env.ELECTRON_RUN_AS_NODE), ...process.argv.slice(2)].join("|"))',
    )
    writeShim(folder, { command: process.execPath, env }, program)
    const words = ['log', 'a b', "it's $HOME", '']
    const clean = { PATH: process.env['PATH'] ?? '' }
    const { stdout } = await promisify(execFile)(join(folder, 'yard'), words, { env: clean })
    expect(stdout).toBe(`${[seen, ...words].join('|')}\n`)
  },
)
