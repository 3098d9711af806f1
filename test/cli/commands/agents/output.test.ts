/** `yard output`: both streams in the order of writing, and to a pipe each byte as it was written. */
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compactOutput } from '../../../../src/agents/output/compacted-output.ts'
import { visible } from '../../../../src/cli/text/print.ts'
import { outputFrom } from '../../../../src/cli/commands/agents/output.ts'
import { openTestYard, PROGRAM, type TestYard } from '../../yard-command.ts'

describe('in a yard', () => {
  let place: TestYard
  beforeEach(async () => {
    place = await openTestYard()
  })
  afterEach(() => place.close())
  const bytesOf = (...words: string[]): Promise<Buffer> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [PROGRAM, 'output', ...words], {
        cwd: place.folder,
        env: place.env,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const pieces: Buffer[] = []
      child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
      child.on('close', () => done(Buffer.concat(pieces)))
    })

  it('a shell task shows stderr where it came, under the name of its task, too', async () => {
    const exec = 'echo one; echo two >&2; echo three; echo "no compiler" >&2; exit 4'
    await writeFile(
      join(place.folder, 'graph.json'),
      JSON.stringify({ task: [{ ...BUILD, exec }] }),
    )
    expect((await place.yard(['run', 'graph.json'])).code).toBe(1)
    expect((await place.yard(['output', 'build'])).out).toBe('one\ntwo\nthree\nno compiler\n')
  })

  it('--raw gives a pipe the bytes of the file', async () => {
    const exec = 'head -c 70000 /dev/urandom'
    await writeFile(
      join(place.folder, 'graph.json'),
      JSON.stringify({ task: [{ ...BUILD, exec }] }),
    )
    expect((await place.yard(['run', 'graph.json'])).code).toBe(0)
    const written = await readFile(join(place.folder, '.yard/agents/agent-1/stdout.log'))
    expect(written).toHaveLength(70_000)
    expect((await bytesOf('agent-1', '--raw')).equals(written)).toBe(true)
  })

  it('an old agent’s output says that only its end is kept', async () => {
    await place.yard(['add', 'Loud', '--exec', 'yes line | head -n 60000'])
    expect((await place.yard(['run'])).code).toBe(0)
    const folder = join(place.folder, '.yard/agents/agent-1')
    await compactOutput(folder, Date.UTC(2026, 0, 2, 12))
    const shown = await place.yard(['output', 'loud'])
    expect(shown.out).toMatch(/^the end of 300 kB of output follows: .*2026-01-0\d.*keep_output/)
    const [first] = (await place.yard(['output', 'loud', '--json'])).out.split('\n')
    const at = expect.stringContaining('2026-01-0')
    expect(JSON.parse(first ?? '')).toEqual({ kind: 'compacted', at, bytes: 300_000 })
    const raw = await place.yard(['output', 'loud', '--raw'])
    expect(raw.out).toMatch(/^(line\n){13000,}$/)
    expect(raw.err).toContain('the end of 300 kB')
  })

  it('a task that nobody has worked on has none', async () => {
    await place.yard(['add', 'Later', '--paused'])
    expect(await place.yard(['output', 'later'])).toMatchObject({
      code: 3,
      err: 'yard: no agent has worked on later yet; yard why later says what it waits for\n',
    })
  })
})

const BUILD = { id: 'build', title: 'Build' }

describe('a window that brings nothing new', () => {
  const windowOf = (next: number, isEnd: boolean) => ({
    reports: [],
    text: '',
    start: 0,
    next,
    size: 9,
    isEnd,
    compacted: null,
  })
  const clientOf = (windows: ReturnType<typeof windowOf>[]) => ({
    agent: { output: async () => windows.shift() ?? windowOf(5, false) },
  })

  it('is not the end: it is asked for again', async () => {
    const client = clientOf([windowOf(5, false), windowOf(5, false), windowOf(9, true)])
    const ends: number[] = []
    for await (const window of outputFrom(client, { id: 'agent-1' }, 0, async () => {}))
      if (window.ok) ends.push(window.value.next)
    expect(ends).toEqual([5, 5, 9])
  })

  it('again and again is an error, never a shorter output', async () => {
    const seen: string[] = []
    for await (const window of outputFrom(clientOf([]), { id: 'agent-1' }, 0, async () => {}))
      if (!window.ok) seen.push(window.error.kind)
    expect(seen).toEqual(['timeout'])
  })
})

it('a terminal is shown control characters, and obeys none', () => {
  expect(visible('a\u001b[2J\u0007\r\n\tb\u007f\u009b\u202e')).toBe(
    'a\\u001b[2J\\u0007\\u000d\n\tb\\u007f\\u009b\\u202e',
  )
})
