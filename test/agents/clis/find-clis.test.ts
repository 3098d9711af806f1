import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findClis, pathOf } from '../../../src/agents/clis/find-clis.ts'
import { loginEnvironment, runBriefly } from '../../../src/agents/clis/login-environment.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-clis-'))
  mkdirSync(join(folder, 'bin'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, lines: string): string {
  const file = join(folder, 'bin', name)
  writeFileSync(file, `#!/bin/sh\n${lines}\n`)
  chmodSync(file, 0o755)
  return file
}
const env = () => ({ PATH: join(folder, 'bin'), HOME: folder })
const of = async (type: string, patienceMs = LONG_MS) =>
  (await findClis(env(), folder, 'linux', patienceMs)).find((cli) => cli.type === type)

test('a CLI is found with its path and version', async () => {
  const path = program('claude', 'echo "2.1.4 (Claude Code)"')
  expect(await of('claude')).toEqual({
    type: 'claude',
    label: 'Claude Code',
    path,
    version: '2.1.4',
    problem: null,
    install: 'npm install -g @anthropic-ai/claude-code',
  })
})

test('one that is not there says so, and how it is installed', async () => {
  expect(await of('codex')).toMatchObject({
    path: null,
    version: null,
    problem: 'codex was not found on your PATH',
    install: 'npm install -g @openai/codex',
  })
})

test('the shell needs no version', async () => {
  expect(await of('shell')).toMatchObject({ path: '/bin/sh', version: null, problem: null })
})

test('one that fails or hangs is named with its reason', async () => {
  program('claude', 'exit 3')
  expect((await of('claude'))?.problem).toBe('claude --version ended with exit 3')
  program('codex', 'while :; do :; done')
  expect((await of('codex', 100))?.problem).toBe('codex did not answer when asked for its version')
})

test('a CLI is asked in the environment that agents get', async () => {
  program('claude', 'test -z "$ELECTRON_RUN_AS_NODE$CLAUDECODE" || exit 9; echo 1.0.0')
  const asked = await findClis(
    { ...env(), ELECTRON_RUN_AS_NODE: '1', CLAUDECODE: '1' },
    folder,
    'linux',
    LONG_MS,
  )
  expect(asked.find((cli) => cli.type === 'claude')).toMatchObject({ version: '1.0.0' })
})

test('folders of the PATH that are relative are not searched', () => {
  expect(pathOf({ PATH: '/a:b::/a:/c' })).toEqual(['/a', '/c'])
})

/** Only ends what never answers. */
const LONG_MS = 50_000

/** A login shell whose profile sets a PATH, and chats. */
const shell = (profile: string) =>
  program('shell', `echo welcome; ${profile}\n[ "$1" = -ilc ] && exec /bin/sh -c "$2"`)

test('the login shell’s environment is taken over what there is', async () => {
  const SHELL = shell('export PATH="/from/profile:$PATH" NEW=1')
  const seen = await loginEnvironment(
    { ...env(), SHELL, KEPT: 'x', PWD: '/here' },
    'linux',
    LONG_MS,
  )
  expect(seen).toMatchObject({ NEW: '1', KEPT: 'x', PWD: '/here' })
  expect(seen['PATH']).toBe(`/from/profile:${join(folder, 'bin')}`)
})

test('a login shell that fails, hangs or is none changes nothing', async () => {
  const hanging = program('hangs', 'while :; do :; done')
  for (const SHELL of [program('fails', 'exit 1'), hanging, '/nowhere/sh', 'sh', '']) {
    const given = { ...env(), SHELL }
    expect(await loginEnvironment(given, 'linux', 200)).toEqual(given)
  }
})

test('what a profile leaves running in the background is not waited for, and goes on', async () => {
  const pidFile = join(folder, 'pid')
  const SHELL = shell(`export NEW=1; sleep 600 & echo $! > '${pidFile}'`)
  const given = { ...process.env, ...env(), SHELL, PATH: process.env['PATH'] }
  const seen = await loginEnvironment(given, 'linux', LONG_MS)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  try {
    expect(seen).toMatchObject({ NEW: '1' })
    expect(process.kill(pid, 0)).toBe(true)
  } finally {
    process.kill(pid, 'SIGKILL')
  }
})

test('a program that the system refuses before it starts is said to be so', async () => {
  const run = { command: '/bin/sh', args: ['a\0b'], env: {}, timeoutMs: 1000 }
  expect(await runBriefly(run)).toMatchObject({ kind: 'not-started' })
})
