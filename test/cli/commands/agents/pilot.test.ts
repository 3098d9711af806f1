/** `yard pilot`: a real yard, a real terminal program, and whatever may happen to either meanwhile. */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, PROGRAM, type Ended, type TestYard } from '../../yard-command.ts'
import { isAlive } from '../../../support/is-alive.ts'

/** An interactive CLI: notes what it was started with, then does what is typed. */
const STAND_IN = `#!/bin/sh
case "$1" in --version | -p) exit ;; esac
{ echo "$@"; pwd; echo "key=$ANTHROPIC_API_KEY other=$OPENAI_API_KEY"; } >> "$STARTED"
echo $$ > "$STARTED.pid"
while read -r line; do eval "$line"; done
`

/** As it is now, not as it was built last. */
const YARD = `'${process.execPath}' '${PROGRAM}'`

let place: TestYard
let env: Record<string, string>
let started: string
const open = new Set<ChildProcess>()

beforeEach(async () => {
  place = await openTestYard()
  const bin = join(place.folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'claude'), STAND_IN)
  await chmod(join(bin, 'claude'), 0o755)
  started = join(place.folder, 'started')
  env = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    STARTED: started,
    ANTHROPIC_API_KEY: 'own',
    OPENAI_API_KEY: 'foreign',
  }
})

afterEach(async () => {
  for (const child of open) child.kill('SIGKILL')
  open.clear()
  await place.close()
}, 60_000)

const git = (...args: string[]) =>
  promisify(execFile)('git', args, { cwd: place.folder }).then(({ stdout }) => stdout.trim())

async function makeRepository(): Promise<void> {
  await git('init', '--quiet')
  await git('config', 'user.email', 'ada@example.org')
  await git('config', 'user.name', 'Ada')
  await writeFile(join(place.folder, '.gitignore'), 'bin\nstarted*\n.yard\n')
  await git('add', '.gitignore')
  await git('commit', '--quiet', '-m', 'first')
}

async function say(...words: string[]): Promise<string> {
  const { code, out, err } = await place.yard(words, { env })
  expect({ words, code, err }).toMatchObject({ words, code: 0 })
  return out
}
const show = async (id: string) => JSON.parse(await say('show', id, '--json'))
const agents = async (): Promise<Record<string, unknown>[]> =>
  JSON.parse(await say('agents', '--json'))

/** A pilot that is under way: lines go to its CLI. */
function pilot(...words: string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'pilot', ...words], {
    cwd: place.folder,
    env: { ...place.env, ...env },
  })
  open.add(child)
  const parts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (parts.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (parts.err += text))
  const ended = new Promise<Ended>((done) =>
    child.on('close', (code) => {
      open.delete(child)
      done({ code, ...parts })
    }),
  )
  return {
    child,
    ended,
    type: (line: string) => void child.stdin.write(`${line}\n`),
    quit: () => {
      child.stdin.end()
      return ended
    },
  }
}

async function untilStarted(times = 1): Promise<void> {
  const noted = async (): Promise<number> =>
    (await readFile(started, 'utf8').catch(() => '')).split('\n').filter(Boolean).length
  await expect.poll(noted).toBe(times * 3)
}
const lines = async (): Promise<string[]> => (await readFile(started, 'utf8')).split('\n')

describe('a piloted task', { timeout: 120_000 }, () => {
  it('begins on the work it depends on, with its terminal’s keys, and is done with what was committed', async () => {
    await makeRepository()
    await say('add', 'Base', '--id', 'base', '--exec', 'echo b > base.txt', '--worktree', 'on')
    await say('run')
    await say('add', 'Top', '--id', 'top', '--after', 'base', '--executor', 'claude')
    const it = pilot('top', '--done', '--json')
    await untilStarted()
    expect(await show('top')).toMatchObject({ state: 'in-progress', executor: 'claude' })
    expect((await agents()).find(({ id }) => id === 'agent-2')).toMatchObject({
      by: 'pilot',
      status: 'working',
      executor: 'claude',
    })
    expect(await say('why', 'top')).toContain('a person pilots agent-2 in a terminal')
    it.type(
      'cat base.txt; cp base.txt top.txt; git add top.txt; git commit -qm mine; echo x > loose',
    )
    const { code, out } = await it.quit()
    expect(code).toBe(0)
    const told = JSON.parse(out.trim().split('\n').at(-1) ?? '')
    expect(told).toMatchObject({ outcome: 'done', state: 'done', task: 'top', agent: 'agent-2' })
    expect(told.changes).toMatchObject({ filesChanged: 2, commits: 2 })
    const [args = '', cwd = '', keys] = await lines()
    expect(args).toMatch(/--session-id=\S+ Read \S+\/agent-2\/prompt.md and do what it says\.$/)
    expect(cwd).toContain('/.yard/worktrees/top')
    expect(keys).toBe('key=own other=')
    const prompt = await readFile(join(place.folder, '.yard/agents/agent-2/prompt.md'), 'utf8')
    expect(prompt).toContain('A person sits at this terminal')
    const launch = await readFile(join(place.folder, '.yard/agents/agent-2/launch.json'), 'utf8')
    expect(launch).not.toMatch(/yat_|foreign/)
  })

  it('is settled by what its CLI says with its token, after its work was checked', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude', '--verify', 'test -f good')
    const first = pilot('a')
    await untilStarted()
    first.type(`${YARD} done a`)
    const bad = await first.quit()
    expect(bad).toMatchObject({ code: 1, out: expect.stringContaining('verify') })
    // As after any try: another comes in a while, and a person need not wait for that.
    expect(await show('a')).toMatchObject({ notBefore: expect.any(String), attempts: 1 })
    const second = pilot('a')
    await untilStarted(2)
    second.type(`echo > good; ${YARD} done a`)
    const good = await second.quit()
    expect(good).toMatchObject({ code: 0, out: expect.stringContaining('a is done') })
  })

  it('goes back as it was when nothing is said, and goes on in the same conversation', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    await say('pause', 'a')
    await say('service', 'start')
    const first = pilot('a')
    await untilStarted()
    await say('service', 'restart')
    expect((await agents())[0]).toMatchObject({ status: 'working', by: 'pilot' })
    const killed = await place.yard(['kill', 'agent-1'], { env })
    expect(killed).toMatchObject({ code: 4, err: expect.stringContaining('let-go a') })
    expect((await first.quit()).out).toContain('a was given back: it is paused')
    expect(await show('a')).toMatchObject({ state: 'paused', attempts: 0 })
    const second = pilot('a', '--fail', 'no use')
    await untilStarted(2)
    const [args = '', , , again] = await lines()
    const id = /--session-id=(\S+)/.exec(args)?.[1]
    expect(again).toContain(`--resume=${id}`)
    expect((await second.quit()).code).toBe(1)
    expect(await show('a')).toMatchObject({ failure: { class: 'reported', reason: 'no use' } })
  })

  it('is lost with its terminal: the CLI that is left is ended, and the conversation kept', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    await say('pause', 'a')
    const it = pilot('a')
    await untilStarted()
    const left = Number(await readFile(`${started}.pid`, 'utf8'))
    // At work, and so not at its terminal, whose end would end it.
    it.type(': > "$STARTED.busy"; exec sleep 600')
    await expect.poll(() => existsSync(`${started}.busy`)).toBe(true)
    it.child.kill('SIGKILL')
    await once(it.child, 'exit')
    expect(isAlive(left)).toBe(true)
    const task = await show('a')
    expect(task).toMatchObject({
      state: 'paused',
      attempts: 0,
      conversation: { executor: 'claude' },
    })
    await expect.poll(() => isAlive(left)).toBe(false)
    expect((await agents())[0]).toMatchObject({ status: 'ended', outcome: 'lost' })
  })

  it('is noticed as lost by an owner that runs', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    await say('pause', 'a')
    await say('service', 'start')
    const it = pilot('a')
    await untilStarted()
    it.child.kill('SIGKILL')
    await it.ended
    await say('dead-agents')
    await expect.poll(async () => (await show('a')).state).toBe('paused')
    expect((await agents())[0]).toMatchObject({ outcome: 'lost' })
  })

  it('can be taken back, which ends its CLI and says so at the terminal', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    await say('pause', 'a')
    await say('service', 'start')
    const it = pilot('a', '--done')
    await untilStarted()
    const { out } = await place.yard(['let-go', 'a'], { env })
    expect(out).toMatch(/^a is (?:given back; agent-1 is being ended|paused)\n$/)
    expect(await it.ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('a was taken back from this terminal'),
    })
    await expect.poll(async () => (await show('a')).state).toBe('paused')
    expect((await agents())[0]).toMatchObject({ status: 'ended', outcome: 'superseded' })
  })
})

describe('a folder outside git', { timeout: 120_000 }, () => {
  it('belongs to the pilot alone: nobody else edits there meanwhile', async () => {
    for (const id of ['a', 'b']) await say('add', id, '--id', id, '--executor', 'claude')
    await say('pause', 'a')
    const it = pilot('a')
    await untilStarted()
    const second = await place.yard(['pilot', 'b'], { env })
    expect(second).toMatchObject({ code: 4, err: expect.stringContaining('agent-1 is at work in') })
    await say('service', 'start')
    await say('dead-agents')
    expect(await show('b')).toMatchObject({ state: 'ready', agent: null })
    await it.quit()
    // An agent of the yard comes now, and gives no answer.
    await expect.poll(async () => (await show('b')).attempts).toBeGreaterThan(0)
  })
})

describe('what cannot be piloted', { timeout: 120_000 }, () => {
  const refused = async (...words: string[]) => {
    const { code, err } = await place.yard(['pilot', ...words, '--back'], { env })
    return `${code} ${err}`
  }

  it('is refused in words, and nothing is begun', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    await say('add', 'B', '--id', 'b', '--executor', 'claude', '--after', 'a')
    await say('add', 'C', '--id', 'c', '--exec', 'true')
    expect(await refused('b')).toMatch(/^4 .*blocked/)
    expect(await refused('c')).toMatch(/^2 .*"shell".*--executor NAME.*claude, codex, gemini/)
    expect(await refused('a', '--executor', 'nobody')).toMatch(/^3 .*nobody/)
    expect(await refused('none')).toMatch(/^3 /)
    expect(existsSync(started)).toBe(false)
  })

  it('is a task whose worktree cannot be had: it is never run in the shared folder', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude', '--worktree', 'on')
    expect(await refused('a')).toMatch(/^4 .*got no place to work in: it got no worktree/)
    expect(existsSync(started)).toBe(false)
    expect(await show('a')).toMatchObject({ state: 'ready', attempts: 0 })
  })

  it('gives the task back when the terminal has not its program', async () => {
    const absent = '[executors.absent]\ntype = "gemini"\ncommand = ["no-such-cli"]\n'
    await writeFile(join(place.folder, '.yard/config.toml'), absent)
    await say('add', 'A', '--id', 'a', '--executor', 'absent')
    expect(await refused('a')).toMatch(/^4 .*no-such-cli was not found from this terminal/)
    expect(await show('a')).toMatchObject({ state: 'ready', attempts: 0 })
  })

  it('is anything at all, for an agent', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    const it = pilot('a')
    await untilStarted()
    it.type(`${YARD} pilot a 2> "$STARTED.told"`)
    await it.quit()
    expect(await readFile(`${started}.told`, 'utf8')).toContain('may not pilot a task')
  })
})

const hasScript = spawnSync('script', ['--version']).status === 0

describe.runIf(hasScript)('on a terminal (it needs script)', { timeout: 120_000 }, () => {
  it('asks what became of the task', async () => {
    await say('add', 'A', '--id', 'a', '--executor', 'claude')
    const line = `${YARD} pilot a`
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: place.folder,
      env: { ...place.env, ...env, TERM: 'xterm' },
    })
    open.add(child)
    let shown = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text))
    await untilStarted()
    child.stdin.write('tty > "$STARTED.tty"; exit 0\n')
    await expect.poll(() => shown).toContain('What became of a?')
    child.stdin.write('d\n')
    await new Promise((done) => child.on('close', done))
    open.delete(child)
    expect(shown).toContain('a is done')
    expect(await readFile(`${started}.tty`, 'utf8')).toMatch(/^\/dev\//)
  })
})
