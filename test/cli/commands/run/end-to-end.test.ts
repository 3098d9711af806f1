import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openTestYard, type TestYard } from '../../yard-command.ts'

let place: TestYard
beforeEach(async () => {
  place = await openTestYard()
})
afterEach(() => place.close(), 60_000)

const GRAPH = `[[task]]
id = "fetch"
title = "Fetch"
exec = "echo hello > hello.txt"

[[task]]
id = "build"
title = "Build"
exec = "cat hello.txt"
after = ["fetch"]
`

describe('the command line', { timeout: 120_000 }, () => {
  it('imports a graph, runs it to its rest and ends with 0', async () => {
    await writeFile(join(place.folder, 'graph.toml'), GRAPH)
    const ran = await place.yard(['run', 'graph.toml', '--json'])
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.out)).toMatchObject({ ok: true, done: 2, failed: [], stuck: [] })
    expect(ran.err).toContain('✓ build done')
    expect(await place.json(['show', 'build'])).toMatchObject({ status: 'done', agent: 'agent-2' })
    expect((await place.yard(['output', 'agent-2'])).out).toBe('hello\n')
  })

  it('ends with 1 when a task fails, and says why', async () => {
    await place.yard(['add', 'Bad', '--exec', 'exit 7'])
    await place.yard(['add', 'Later', '--exec', 'true', '--after', 'bad'])
    const ran = await place.yard(['run'])
    expect(ran.code).toBe(1)
    expect(ran.out).toMatch(/1 failed, 1 cannot go on/)
    expect(ran.out).toMatch(/bad: .*7/)
  })

  it('names the line of each fault of a graph file and imports nothing', async () => {
    await writeFile(
      join(place.folder, 'bad.toml'),
      `${GRAPH}\n[[task]]\nid = "x"\ntitle = "X"\nafter = ["gone"]\n`,
    )
    const unknown = await place.yard(['import', 'bad.toml'])
    expect(unknown.err).toMatch(/bad\.toml: line 15: .*gone/)
    expect(unknown.code).toBe(3)
    const odd = await place.yard(['import', '-'], {
      stdin: '[[task]]\ntitle = "T"\ncolour = "red"\n',
    })
    expect(odd.err).toMatch(/line 3: .*colour/)
    expect(odd.code).toBe(1)
    expect(await place.json(['list'])).toEqual([])
  })

  it('exports what it imports', async () => {
    await place.yard(['import', '-'], { stdin: GRAPH })
    expect((await place.yard(['export'])).out).toBe(GRAPH)
  })

  it('starts one service for many who ask, joins it, and stops it', async () => {
    const starts = await Promise.all([1, 2, 3].map(() => place.json(['service', 'start'])))
    expect(new Set(starts.map((told) => JSON.stringify(Object(told).pid))).size).toBe(1)
    expect(await place.json(['add', 'Work', '--exec', 'true'])).toMatchObject({ id: 'work' })
    expect((await place.yard(['wait', 'work', '--timeout', '10m'])).code).toBe(0)
    expect(await place.json(['service', 'status'])).toMatchObject({
      running: true,
      tasks: { done: 1 },
    })
    expect((await place.yard(['service', 'pause'])).code).toBe(0)
    const paused = await place.yard(['run'])
    expect(paused).toMatchObject({ code: 1, out: '' })
    expect(paused.err).toMatch(/is paused/)
    expect((await place.yard(['service', 'stop'])).out).toBe('stopped\n')
    expect(await place.yard(['service', 'stop'])).toMatchObject({
      code: 0,
      out: 'no service is running\n',
    })
    expect(await place.json(['service', 'status'])).toMatchObject({
      running: false,
      pid: null,
      paused: true,
    })
  })

  it('gives up waiting after the timeout, as an error', async () => {
    await place.yard(['service', 'start'])
    await place.yard(['add', 'Late', '--exec', 'true', '--delay', '1h'])
    const waited = await place.yard(['wait', 'late', '--timeout', '300ms', '--json'])
    expect(waited.code).toBe(1)
    expect(JSON.parse(waited.out)).toMatchObject({ error: { kind: 'timeout' } })
  })

  it('loses none of many commands at once without a service', async () => {
    const numbers = Array.from({ length: 6 }, (_, n) => n)
    const ended = await Promise.all(
      numbers.map((n) => place.yard(['add', `Task ${n}`, '--paused'])),
    )
    expect(ended.map(({ code }) => code)).toEqual(numbers.map(() => 0))
    expect(await place.json(['list'])).toHaveLength(6)
  })

  it('keeps an agent to its own task', async () => {
    await place.yard([
      'add',
      'Me',
      '--exec',
      'yard log me hi; yard pause me; echo code $?; yard config --list; echo code $?; yard service stop; echo code $?',
    ])
    await place.yard(['run'])
    const said = (await place.yard(['output', 'agent-1', '--raw'])).out
    expect(said).toMatch(/code 4[^]*code 4[^]*code 4/)
    expect(await place.json(['log', 'me'])).toContainEqual(expect.objectContaining({ text: 'hi' }))
  })

  it('finds the yard from below, by --dir before or after the verb, and by YARD_DIR', async () => {
    await place.yard(['add', 'One', '--paused'])
    const elsewhere = await openTestYard(true)
    try {
      expect((await elsewhere.yard(['--dir', place.folder, 'list'])).out).toContain('one')
      expect((await elsewhere.yard(['list', '--dir', place.folder])).out).toContain('one')
      const env = { YARD_DIR: place.folder }
      expect((await elsewhere.yard(['list'], { env })).out).toContain('one')
    } finally {
      await elsewhere.close()
    }
  })
})
