/** The lander with real git and real lines: what it found out lasts until its outcome is saved, and no longer. */
import { MARKER_VARIABLE } from '../../../src/domain/ids.ts'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLander } from '../../../src/agents/runtime/lander.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { silentLog } from '../../../src/base/log.ts'
import type { LandingOrder } from '../../../src/domain/landing.ts'
import { isAlive } from '../../support/is-alive.ts'
import { taskId } from '../../support/plan-builder.ts'
import { collect, git, prepare, project, sandbox, write } from '../git/git-sandbox.ts'
import { host, openStages } from '../process/stages.ts'
import { eventually } from '../../support/eventually.ts'

const NEVER = new AbortController().signal

async function scene(verify: (home: string) => string) {
  const box = sandbox()
  project(box)
  const at = await prepare(box, 't1')
  write(at.path, { 'b.txt': 'two\n' })
  const { commit } = await collect(at)
  const stages = openStages()
  onTestFinished(() => stages.close())
  const folder = join(box.root, '.yard/landings')
  const marker = `landing-${box.home}`
  const lander = createLander({
    folder,
    host,
    launcher: stages.launcher,
    clock: systemClock,
    log: silentLog,
    environmentOf: () => ({ PATH: process.env['PATH'] ?? '', [MARKER_VARIABLE]: marker }),
    markerOf: () => marker,
    guardOf: () => ({
      marker,
      file: join(box.root, '.yard/git-settings.json'),
      isQuiet: () => true,
    }),
    mayTouch: () => true,
  })
  onTestFinished(() => lander.close())
  const order: LandingOrder = {
    taskId: taskId('t1'),
    title: 'A task',
    description: '',
    result: commit ?? '',
    commit: commit ?? '',
    folder: box.root,
    name: 't1',
    target: null,
    verify: verify(box.home),
    how: { kind: 'merge' },
    askedAt: 1,
  }
  const tip = () => git(box.root, 'rev-parse', 'main')
  return { box, lander, order, tip, place: join(folder, 't1'), runs: join(box.home, 'runs') }
}

const countOf = (file: string): number =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0

describe('what a verify line said', { timeout: 60_000 }, () => {
  it('stays until it is cleared, so that a lost outcome is found again and not tried again', async () => {
    const { lander, order, runs, place } = await scene(
      (home) => `echo x >> '${home}/runs'; echo no >&2; exit 3`,
    )
    const first = await lander.land(order, NEVER)
    expect(first).toMatchObject({ kind: 'refused' })
    expect(await lander.land(order, NEVER)).toEqual(first)
    expect(countOf(runs)).toBe(1)
    await lander.clear(order, first)
    expect(existsSync(place)).toBe(false)
    await lander.land(order, NEVER)
    expect(countOf(runs)).toBe(2)
  })

  it('is no answer to whoever asks again, though nobody has cleared it', async () => {
    const { box, lander, order, runs, tip } = await scene(
      (home) => `echo x >> '${home}/runs'; test -e '${home}/mended'`,
    )
    expect(await lander.land(order, NEVER)).toMatchObject({ kind: 'refused' })
    writeFileSync(join(box.home, 'mended'), '')
    const outcome = await lander.land({ ...order, askedAt: 2 }, NEVER)
    expect(outcome).toMatchObject({ kind: 'landed', commit: tip() })
    expect(countOf(runs)).toBe(2)
  })
})

describe('a landing that is withdrawn', { timeout: 60_000 }, () => {
  it('while it is verified leaves the branch where it was, and nothing running', async () => {
    const { lander, order, runs, tip, place } = await scene(
      (home) => `echo $$ >> '${home}/runs'; exec sleep 600`,
    )
    const before = tip()
    const withdrawal = new AbortController()
    const landing = lander.land(order, withdrawal.signal)
    const pid = await eventually(() => {
      const noted = Number(readFileSync(runs, 'utf8'))
      expect(noted).toBeGreaterThan(0)
      return noted
    }, 50_000)
    withdrawal.abort()
    expect(await landing).toBeNull()
    expect(tip()).toBe(before)
    expect(readdirSync(place)).toEqual(['tree'])
    expect(isAlive(pid)).toBe(false)
    await lander.clear(order, null)
    expect(existsSync(place)).toBe(false)
  })

  it('does not move the branch where no verify line is to be ended', async () => {
    const { lander, order, tip } = await scene(() => 'true')
    const before = tip()
    const withdrawal = new AbortController()
    const landing = lander.land({ ...order, verify: null }, withdrawal.signal)
    withdrawal.abort()
    expect(await landing).toBeNull()
    expect(tip()).toBe(before)
  })
})

describe('what a landing left whose owner died before it could clear', { timeout: 60_000 }, () => {
  const leavesOne = (home: string): string =>
    `sleep 600 > /dev/null 2>&1 & echo $! > '${home}/runs'; exit 3`

  it('is ended and taken away, its worktree and what runs there included', async () => {
    const { box, lander, order, place, runs } = await scene(leavesOne)
    await lander.land(order, NEVER)
    expect(git(box.root, 'worktree', 'list')).toContain(join(place, 'tree'))
    const pid = Number(readFileSync(runs, 'utf8'))
    expect(isAlive(pid)).toBe(true)
    writeFileSync(join(place, 'pull-request.md'), 'a text\n')
    const left = { repositories: [box.home, box.root], queued: () => new Set<string>() }
    await lander.clearLeft(left)
    expect(isAlive(pid)).toBe(false)
    expect(git(box.root, 'worktree', 'list')).not.toContain('landings')
    // A text for a pull request is for a person.
    expect(readdirSync(place)).toEqual(['pull-request.md'])
    rmSync(join(place, 'pull-request.md'))
    await lander.clearLeft(left)
    expect(existsSync(place)).toBe(false)
    await lander.clearLeft(left)
  })

  it('stays where it is still asked for, and is gone on with', async () => {
    const { box, lander, order, place } = await scene(() => 'exit 3')
    const first = await lander.land(order, NEVER)
    const names = readdirSync(place)
    await lander.clearLeft({ repositories: [box.root], queued: () => new Set(['t1']) })
    expect(readdirSync(place)).toEqual(names)
    expect(await lander.land(order, NEVER)).toEqual(first)
    await lander.clear(order, first)
  })

  it('is not looked for among texts of pull requests, nor are queued landings for each of them', async () => {
    const { box, lander, place } = await scene(() => 'true')
    const texts = Array.from({ length: 20 }, (_, at) => join(dirname(place), `pr${at}`))
    for (const text of texts) write(text, { 'pull-request.md': 'a text\n' })
    let asked = 0
    const queued = () => {
      asked += 1
      return new Set<string>()
    }
    await lander.clearLeft({ repositories: [box.root], queued })
    expect(asked).toBe(0)
    write(place, { 'tree/late.txt': 'x\n' })
    await lander.clearLeft({ repositories: [box.root], queued })
    expect(asked).toBe(2)
    expect(existsSync(place)).toBe(false)
    expect(texts.every((text) => existsSync(join(text, 'pull-request.md')))).toBe(true)
  })

  it('goes, too, where git has forgotten the worktree', async () => {
    const { box, lander, order, place } = await scene(() => 'exit 3')
    await lander.land(order, NEVER)
    rmSync(join(place, 'tree'), { recursive: true })
    git(box.root, 'worktree', 'prune')
    write(place, { 'tree/late.txt': 'x\n' })
    await lander.clearLeft({ repositories: [box.root], queued: () => new Set<string>() })
    expect(existsSync(place)).toBe(false)
  })
})
