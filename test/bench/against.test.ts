import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Stop } from '../../scripts/project.mjs'
import { measureAgainst, type AgainstOptions } from './against.ts'
import { livingOf } from '../chaos/processes.ts'

/** A project with a program of benches of its own, in two versions: committed, and as its files are now. */
let home: string
let root: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'against-'))
  root = join(home, 'project')
  write('package-lock.json', '{}')
  write('node_modules/one.js', '')
  write('.gitignore', '.cache/\nnode_modules\n')
  write('scripts/build.mjs', '')
  write(
    'scripts/with-node.mjs',
    `const [file, ...args] = process.argv.slice(2)
    process.argv = [process.argv[0], file, ...args]
    await import(new URL('../' + file, import.meta.url))`,
  )
  writeBench({ fast: ['time', 10] })
  git('init', '--quiet')
  git('add', '--all')
  commit()
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

const git = (...args: readonly string[]): string =>
  execFileSync('git', args, { cwd: root, encoding: 'utf8' })

const commit = (): string =>
  git('-c', 'user.name=B', '-c', 'user.email=b@x', 'commit', '--quiet', '--message=all')

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

/** A row of each bench; \`before\` runs first. */
function writeBench(benches: Record<string, readonly [what: string, value: number]>, before = '') {
  write(
    'test/bench/index.ts',
    `import { mkdirSync, writeFileSync } from 'node:fs'
    const benches = ${JSON.stringify(benches)}
    const name = process.argv[2]
    if (!(name in benches)) {
      console.error('there is no bench ' + name + '; there are:')
      for (const each of Object.keys(benches)) console.error('  ' + each + ': about it')
      process.exit(2)
    }
    ${before}
    const [what, value] = benches[name]
    const folder = new URL('../../.cache/bench/', import.meta.url)
    mkdirSync(folder, { recursive: true })
    const rows = [{ what, value, unit: 'ms', target: { max: 15 } }]
    writeFileSync(new URL(name + '.json', folder), JSON.stringify({ rows }))`,
  )
}

const measure = (more: Partial<AgainstOptions> = {}) =>
  measureAgainst({
    root,
    commit: 'HEAD',
    names: [],
    rounds: 3,
    signal: new AbortController().signal,
    say: () => {},
    ...more,
  })

/** What a run may leave behind, and the installation that it may not touch. */
const remains = () => ({
  folders: readdirSync(join(root, '.cache/bench')).filter((name) => name.startsWith('base')),
  worktrees: git('worktree', 'list', '--porcelain').match(/^worktree /gm)?.length,
  isInstalled: existsSync(join(root, 'node_modules/one.js')),
})
const NOTHING = { folders: [], worktrees: 1, isInstalled: true }

describe('a checkout against a commit', () => {
  test('each side is measured by its own program, by turns', async () => {
    writeBench({ fast: ['time', 20] })
    const said: string[] = []
    const { benches, failures, loads } = await measure({ say: (line) => said.push(line) })
    expect(benches).toMatchObject([
      { name: 'fast', rows: [{ base: 10, here: 20, verdict: 'worse', isMissed: true }] },
    ])
    expect(failures).toEqual([])
    expect(loads).toHaveLength(6)
    const turns = said.flatMap((line) => /: (base|here),/.exec(line)?.[1] ?? [])
    expect(turns).toEqual(['base', 'here', 'base', 'here', 'base', 'here'])
    expect(remains()).toEqual(NOTHING)
  })

  test('benches and rows that one side lacks are named', async () => {
    writeBench({ fast: ['duration', 20], more: ['time', 1] })
    const { benches, absent } = await measure()
    expect(benches).toMatchObject([
      { name: 'fast', rows: [], missing: { base: ['duration'], here: ['time'] } },
    ])
    expect(absent).toEqual(['the base has no bench more'])
  })

  test('a bench that fails is told with its words, and the others go on', async () => {
    writeBench(
      { fast: ['time', 20], more: ['time', 1] },
      `if (name === 'fast') throw new Error('out of luck')`,
    )
    git('add', '--all')
    commit()
    writeBench({ fast: ['time', 20], more: ['time', 1] })
    const { benches, failures } = await measure()
    expect(failures).toEqual([expect.stringContaining('out of luck')])
    expect(benches).toMatchObject([{ name: 'more' }])
  })

  test('what is no commit, or no bench, is refused', async () => {
    await expect(measure({ commit: 'nothing' })).rejects.toThrow('nothing is not a commit')
    await expect(measure({ names: ['slow'] })).rejects.toThrow('there is no bench slow')
    expect(remains()).toEqual(NOTHING)
  })

  test('the worktree of a run that was killed goes with the next', async () => {
    git('worktree', 'add', '--quiet', '--detach', '.cache/bench/base-999999999', 'HEAD')
    await measure()
    expect(remains()).toEqual(NOTHING)
  })

  // Elsewhere than on Linux nothing tells whose processes these are.
  test.runIf(process.platform === 'linux')(
    'stopped, it ends what runs, even what has left its group, and removes all',
    async () => {
      writeBench(
        { fast: ['time', 20] },
        `const { spawn } = await import('node:child_process')
      const service = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' })
      writeFileSync(new URL('../../started', import.meta.url), process.env.YARDMASTER_CHAOS)
      await new Promise(() => setInterval(() => {}, 1000))`,
      )
      const stopping = new AbortController()
      const ended = measure({ signal: stopping.signal }).catch((error: unknown) => error)
      await expect.poll(() => existsSync(join(root, 'started'))).toBe(true)
      stopping.abort(new Stop('enough', 130))
      expect(await ended).toMatchObject({ message: 'enough' })
      const mark = execFileSync('cat', [join(root, 'started')], { encoding: 'utf8' })
      expect(mark).not.toBe('')
      expect(livingOf(mark)).toEqual([])
      expect(existsSync(mark)).toBe(false)
      expect(remains()).toEqual(NOTHING)
    },
  )
})
