/** One question as a process of its own: what comes back, what is kept, and that no turn is launched twice. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { judgementIdOf } from '../../../src/domain/judging/evaluation.ts'
import type { Reply } from '../../../src/yard/judging/reply-file.ts'
import { eventually } from '../../support/eventually.ts'
import { isAlive } from '../../support/is-alive.ts'
import { createManualClock } from '../../support/manual-clock.ts'
import {
  makeAskerPlace,
  openAsker,
  question,
  removePlace,
  says,
  standIn,
  startedIn,
  type AskerPlace,
  type OpenAsker,
} from './asker-place.ts'
import { readExit } from '../../../src/agents/process/stage-files.ts'

const OWNER = resolve(import.meta.dirname, '../../fixtures/agents/asks-a-model.ts')

let place: AskerPlace
const opened: OpenAsker[] = []
beforeEach(() => {
  place = makeAskerPlace()
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  const left = startedIn(place).filter(isAlive)
  for (const pid of left) process.kill(pid, 'SIGKILL')
  removePlace(place)
  if (left.length > 0) throw new Error(`still running: ${left.join(', ')}`)
})

const open = (
  ...opening: Parameters<typeof openAsker> extends [unknown, ...infer R] ? R : never
) => {
  const one = openAsker(place, ...opening)
  opened.push(one)
  return one
}
const wanted = (): AbortSignal => new AbortController().signal
const ask = (more: Parameters<typeof question>[0] = {}, one = open()): Promise<Reply | null> =>
  one.asker.ask(question(more), wanted())
const own = (...names: readonly string[]): string => join(place.folder, 'judge-7', ...names)
const go = (): void => writeFileSync(join(place.home, 'go'), '')
/** Waits until the test says so, then answers. */
const WAITING = 'until [ -e "$T/go" ] || [ ! -d "$T" ]; do sleep 0.05; done'
const VERDICT = { verdict: 'done' }
const answered = says('Done.', { structured_output: VERDICT })

describe('what comes back', () => {
  it('is the text, the JSON that its CLI has checked, and what it cost', async () => {
    standIn(place, answered)
    const reply = await ask()
    const usage = { inputTokens: 100, outputTokens: 10, costUsd: 0.25 }
    expect(reply).toMatchObject({
      kind: 'answer',
      text: 'Done.',
      structured: VERDICT,
      usage,
      costSource: 'cli',
    })
  })

  it('is prose where its CLI ended well without that', async () => {
    standIn(place, says('I think it is done.'))
    const reply = await ask()
    expect(reply).toMatchObject({ kind: 'answer', text: 'I think it is done.', structured: null })
  })

  it.each([
    ['no event that is whole', `printf '{"type":"result","subt'`, 'crash'],
    ['nothing at all', 'exit 0', 'crash'],
    ['an exit code that is no success', 'echo sorry >&2; exit 3', 'crash'],
    ['an empty answer', says('  '), 'no-work'],
    ['its CLI’s error', says('overloaded', { is_error: true, api_error_status: 529 }), 'overload'],
  ])('is a failure after %s', async (_, lines, failureClass) => {
    standIn(place, lines)
    expect(await ask()).toMatchObject({ kind: 'failed', failure: { class: failureClass } })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('counts also where its program fails after its answer', async () => {
    standIn(place, `${answered}\nexit 7`)
    expect(await ask()).toMatchObject({ kind: 'answer', structured: VERDICT })
  })

  it('is a timeout after a silence, and its whole tree is ended', async () => {
    standIn(place, `sh -c 'echo $$ >> "${place.home}/started"; sleep 300' & wait`)
    const clock = createManualClock()
    const reply = ask({ timeoutMs: 30_000 }, open({ clock }))
    await eventually(() => expect(startedIn(place)).toHaveLength(2))
    await eventually(() => expect(clock.timers).toBeGreaterThan(0))
    clock.advance(30_000)
    expect(await reply).toMatchObject({ kind: 'failed', failure: { class: 'timeout' } })
    await eventually(() => expect(startedIn(place).some(isAlive)).toBe(false))
  })

  it('is a refusal in words where no model can be asked', async () => {
    standIn(place, answered)
    const one = open()
    const by = (executor: string) => ask({ judge: { ...question().judge, executor } }, one)
    for (const [executor, words] of [
      ['line', 'executor "line" (command) cannot be asked: no model stands behind it'],
      ['gone', 'there is no executor "gone" any more'],
    ] as const)
      expect(await by(executor)).toMatchObject({ kind: 'failed', failure: { reason: words } })
    expect(startedIn(place)).toEqual([])
  })
})

describe('where it stands', () => {
  it('is an empty folder that is no part of a repository, without the yard’s variables', async () => {
    const look =
      'pwd > "$T/pwd"; ls -A > "$T/ls"; env > "$T/env"; git rev-parse --show-toplevel > "$T/git" 2>&1'
    standIn(place, `${look}\n${answered}`)
    const env = { ...process.env, YARD_TOKEN: 'yat_a-secret-canary', YARD_DIR: '/elsewhere' }
    mkdirSync(join(place.home, 'project', '.git'))
    await ask({}, open({ env }))
    const seen = (name: string): string => readFileSync(join(place.home, name), 'utf8')
    expect(seen('pwd').trim()).toBe(own('empty'))
    expect(seen('ls')).toBe('')
    expect(seen('git')).toContain('not a git repository')
    const ours = seen('env').match(/^YARD_\w+/gm)
    expect(ours).toEqual(['YARD_AGENT_KEY'])
    expect(seen('env')).not.toContain(join(place.home, 'bin'))
  })

  it('keeps what was sent and what came back, for its user alone, and no token of the yard', async () => {
    standIn(place, answered)
    const env = { ...process.env, YARD_TOKEN: 'yat_a-secret-canary', MY_SECRET: 'another-canary' }
    await ask({}, open({ env }))
    expect(readdirSync(own())).toEqual(
      expect.arrayContaining([
        'prompt.md',
        'launch.json',
        'stdout.log',
        'exit.json',
        'answer.json',
      ]),
    )
    expect(readFileSync(own('prompt.md'), 'utf8')).toBe('Is it done?\n')
    expect(readFileSync(own('system.md'), 'utf8')).toBe('You judge results.\n')
    const kept = readdirSync(own(), { recursive: true, withFileTypes: true })
    const paths = (isFolder: boolean) =>
      kept
        .filter((one) => one.isDirectory() === isFolder)
        .map((one) => join(one.parentPath, one.name))
    const modes = paths(true).map((path) => statSync(path).mode & 0o777)
    expect(modes).toEqual([0o700, 0o700])
    for (const path of paths(false)) expect(readFileSync(path, 'utf8')).not.toMatch(/canary/)
    expect(statSync(own()).mode & 0o777).toBe(0o700)
    for (const name of ['prompt.md', 'launch.json', 'stdout.log', 'answer.json', 'system.md'])
      expect(statSync(own(name)).mode & 0o777).toBe(0o600)
  })

  it('is told all that it is asked on its input', async () => {
    standIn(place, answered)
    await ask({ prompt: 'x'.repeat(500_000) })
    expect(readFileSync(join(place.home, 'prompt'), 'utf8')).toBe(`${'x'.repeat(500_000)}\n`)
  })
})

describe('a turn is launched once', () => {
  /** Kills an owner that has asked, in the middle. */
  async function killedOwner(): Promise<number> {
    const owner = fork(OWNER, [JSON.stringify(place)], {
      stdio: 'ignore',
    })
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    const ended = once(owner, 'exit')
    owner.kill('SIGKILL')
    await ended
    const [pid = 0] = startedIn(place)
    expect(isAlive(pid)).toBe(true)
    return pid
  }

  it('however often it is asked for', async () => {
    standIn(place, `${WAITING}\n${answered}`)
    const one = open()
    const both = [ask({}, one), ask({}, one)]
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    go()
    const [first, second] = await Promise.all(both)
    expect(first).toEqual(second)
    expect(await ask({}, one)).toEqual(first)
    expect(await ask({}, open())).toEqual(first)
    expect(startedIn(place)).toHaveLength(1)
  })

  it('and adopted after a kill -9 of its owner', async () => {
    standIn(place, `${WAITING}\n${answered}`)
    await killedOwner()
    const reply = ask()
    go()
    expect(await reply).toMatchObject({ kind: 'answer', structured: VERDICT })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('and read where it has ended with nobody there', async () => {
    standIn(place, `${WAITING}\n${answered}`)
    const pid = await killedOwner()
    go()
    await eventually(() => expect(isAlive(pid)).toBe(false))
    await eventually(() => expect(readExit(own('.'))).toMatchObject({ code: 0 }))
    expect(await ask()).toMatchObject({ kind: 'answer', structured: VERDICT })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('and lost where it is gone without an answer', async () => {
    standIn(place, 'sleep 300')
    const pid = await killedOwner()
    const [supervisor = 0] = readFileSync(own('pid'), 'utf8').split(' ').map(Number)
    process.kill(supervisor, 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    await eventually(() => expect(isAlive(supervisor) || isAlive(pid)).toBe(false))
    const one = open()
    const lost = { kind: 'failed', failure: { class: 'lost' } }
    expect(await ask({}, one)).toMatchObject(lost)
    expect(await ask({}, one)).toMatchObject(lost)
    expect(startedIn(place)).toHaveLength(1)
  })

  it('also where its output holds the answer of one that is gone', async () => {
    standIn(place, `${answered}\nsleep 300`)
    const pid = await killedOwner()
    await eventually(() => expect(readFileSync(own('stdout.log'), 'utf8')).toContain('result'))
    const [supervisor = 0] = readFileSync(own('pid'), 'utf8').split(' ').map(Number)
    process.kill(supervisor, 'SIGKILL')
    process.kill(pid, 'SIGKILL')
    expect(await ask()).toMatchObject({ kind: 'answer', structured: VERDICT })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('and begun anew where its folder is all that an owner had made', async () => {
    standIn(place, answered)
    mkdirSync(own('empty'), { recursive: true })
    expect(await ask()).toMatchObject({ kind: 'answer' })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('and not begun anew where nothing new may begin, until it may', async () => {
    standIn(place, answered)
    mkdirSync(own('empty'), { recursive: true })
    const may = { begin: false }
    const one = open({ mayBegin: () => may.begin })
    expect(await ask({}, one)).toBeNull()
    expect([startedIn(place).length, existsSync(own())]).toEqual([0, false])
    may.begin = true
    expect(await ask({}, one)).toMatchObject({ kind: 'answer' })
  })

  it('but not one of another question that bore its number before an older database was put back', async () => {
    standIn(place, answered)
    await ask({ key: 'judge-7-old', prompt: 'The old one?' })
    await ask({ key: 'judge-7-old', turn: 2 })
    for (const turn of [1, 1, 2])
      expect(await ask({ key: 'judge-7-new', turn })).toMatchObject({ kind: 'answer' })
    expect(startedIn(place)).toHaveLength(4)
    expect(readdirSync(place.folder)).toEqual(
      expect.arrayContaining(['judge-7', 'judge-7.before-1']),
    )
    const kept = join(place.folder, 'judge-7.before-1', 'prompt.md')
    expect(readFileSync(kept, 'utf8')).toBe('The old one?\n')
  })

  it('nor one whose answer alone is left', async () => {
    standIn(place, answered)
    await ask({ key: 'judge-7-old' })
    rmSync(own('launch.json'))
    await ask({ key: 'judge-7-new' })
    expect(startedIn(place)).toHaveLength(2)
  })

  it('nor the process of one, which is ended', async () => {
    standIn(place, 'if [ -e "$T/new" ]; then exit 3; fi\nsleep 300')
    const first = open()
    void ask({ key: 'judge-7-old' }, first)
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    await first.close()
    const next = open()
    writeFileSync(join(place.home, 'new'), '')
    void next.asker.endUnknown(() => 'judge-7-new')
    expect(await ask({ key: 'judge-7-new' }, next)).toMatchObject({ failure: { class: 'crash' } })
    const [old = 0] = startedIn(place)
    expect([isAlive(old), startedIn(place).length]).toEqual([false, 2])
  })

  it.each([
    ['a link', () => symlinkSync(place.home, own())],
    ['a file', () => writeFileSync(own(), 'no folder')],
  ])('and not in what %s names in its place', async (_, make) => {
    standIn(place, answered)
    mkdirSync(place.folder, { recursive: true })
    make()
    const before = readdirSync(place.home)
    expect(await ask()).toMatchObject({ kind: 'answer' })
    expect(
      readdirSync(place.home)
        .filter((name) => !before.includes(name))
        .toSorted(),
    ).toEqual([...['prompt', 'started']])
    expect(existsSync(own('answer.json'))).toBe(true)
  })

  it('and adopted or begun, but once, after a kill -9 before its first byte', async () => {
    standIn(place, answered)
    const owner = fork(OWNER, [JSON.stringify(place)], { stdio: 'ignore' })
    const ended = once(owner, 'exit')
    await eventually(() => expect(existsSync(own('launch.json'))).toBe(true))
    owner.kill('SIGKILL')
    await ended
    expect(await ask()).toMatchObject({ kind: 'answer', structured: VERDICT })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('its time is counted from its start, whoever owned the yard then', async () => {
    standIn(place, 'sleep 300')
    const pid = await killedOwner()
    expect(await ask({ timeoutMs: 1 })).toMatchObject({ failure: { class: 'timeout' } })
    expect(isAlive(pid)).toBe(false)
  })

  it('a further turn has a folder below the first', async () => {
    standIn(place, answered)
    const one = open()
    await ask({}, one)
    await ask({ turn: 2, prompt: 'Once more.' }, one)
    expect(readFileSync(own('turn-2', 'prompt.md'), 'utf8')).toBe('Once more.\n')
    expect(existsSync(own('turn-2', 'answer.json'))).toBe(true)
    expect(startedIn(place)).toHaveLength(2)
  })
})

describe('nobody waits for it any more', () => {
  it('a withdrawn one is ended, and what it said is kept', async () => {
    standIn(place, 'sleep 300')
    const one = open()
    const withdrawal = new AbortController()
    const reply = one.asker.ask(question(), withdrawal.signal)
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    withdrawal.abort()
    expect(await reply).toBeNull()
    expect(await ask({}, one)).toMatchObject({ kind: 'failed', failure: { class: 'killed' } })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('one that was withdrawn before is not begun', async () => {
    standIn(place, answered)
    expect(await open().asker.ask(question(), AbortSignal.abort())).toBeNull()
    expect(existsSync(own())).toBe(false)
  })

  it('an owner that closes leaves it running, for the next', async () => {
    standIn(place, `${WAITING}\n${answered}`)
    const first = open()
    const reply = ask({}, first)
    await eventually(() => expect(startedIn(place)).toHaveLength(1))
    await first.close()
    expect(await reply).toBeNull()
    expect(startedIn(place).every(isAlive)).toBe(true)
    const second = ask()
    go()
    expect(await second).toMatchObject({ kind: 'answer' })
    expect(startedIn(place)).toHaveLength(1)
  })

  it('an owner that does not know its judgement ends it', async () => {
    standIn(place, 'sleep 300')
    const first = open()
    void ask({}, first)
    void ask({ turn: 3 }, first)
    void ask({ id: judgementIdOf(8) }, first)
    await eventually(() => expect(startedIn(place)).toHaveLength(3))
    await first.close()
    const next = open()
    await next.asker.endUnknown((id) => (id === 'judge-8' ? question().key : null))
    await eventually(() => expect(startedIn(place).filter(isAlive)).toHaveLength(1))
    await next.asker.endUnknown(() => null)
  })
})
