/** Runs the real command from source in a yard of its own. */
import { execFileSync, spawn } from 'node:child_process'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface TestYard {
  readonly folder: string
  /** What its commands are started with. */
  readonly env: Readonly<Record<string, string>>
  yard(
    words: readonly string[],
    more?: { stdin?: string; env?: Record<string, string> },
  ): Promise<Ended>
  json(words: readonly string[]): Promise<unknown>
  close(): Promise<void>
}

export const PROGRAM = resolve(import.meta.dirname, '../../src/cli/index.ts')

export interface GitTestYard extends TestYard {
  git(...args: string[]): string
}

/** A yard in a repository with one commit that holds `a.txt`; git does not see the yard, nor what `unseen` names. */
export async function openGitTestYard(...unseen: readonly string[]): Promise<GitTestYard> {
  const place = await openTestYard()
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=Pat', '-c', 'user.email=pat@x', ...args], {
      cwd: place.folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    }).trimEnd()
  git('init', '--quiet', '--initial-branch=main')
  await appendFile(join(place.folder, '.git/info/exclude'), ['.yard/', ...unseen, ''].join('\n'))
  await writeFile(join(place.folder, 'a.txt'), 'one\n')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'first')
  return { ...place, git }
}

/** Each home has a cache of its own, which would begin empty. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const folder = process.env['NODE_COMPILE_CACHE']
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder }
}

/** A fresh folder with its own home; a yard in it unless `isBare`. */
export async function openTestYard(isBare = false): Promise<TestYard> {
  const base = await mkdtemp(join(tmpdir(), 'yard-cli-'))
  const folder = await mkdtemp(join(base, 'place-'))
  const own = {
    PATH: process.env['PATH'] ?? '',
    HOME: base,
    ...compileCache(),
    XDG_CONFIG_HOME: join(base, 'config'),
    XDG_DATA_HOME: join(base, 'data'),
  }
  const yard: TestYard['yard'] = (words, { stdin = '', env = {} } = {}) =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, [PROGRAM, ...words], {
        cwd: folder,
        env: { ...own, ...env },
      })
      const parts = { out: '', err: '' }
      child.stdout.setEncoding('utf8').on('data', (text: string) => (parts.out += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (parts.err += text))
      child.on('error', fail)
      child.on('close', (code) => done({ code, ...parts }))
      child.stdin.end(stdin)
    })
  if (!isBare) await yard(['init'])
  return {
    folder,
    env: own,
    yard,
    async json(words) {
      const { out, err, code } = await yard([...words, '--json'])
      if (code !== 0) throw new Error(`yard ${words.join(' ')} ended with ${code}: ${err}`)
      return JSON.parse(out)
    },
    async close() {
      if (!isBare) await yard(['service', 'stop', '--kill-agents'])
      await rm(base, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
