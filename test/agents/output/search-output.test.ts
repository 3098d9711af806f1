import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { searchOutput } from '../../../src/agents/output/search-output.ts'
import { STAGE_FILES } from '../../../src/agents/process/stage-files.ts'

function folderWith(text: string | Buffer): string {
  const folder = mkdtempSync(join(tmpdir(), 'yard-search-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, STAGE_FILES.stdout), text)
  return folder
}
const search = (folder: string, text: string, from = 0, limit = 200) =>
  searchOutput({ folder, stream: 'merged', isEnded: true, text, from, limit })

/** All places of a text, by the plain way. */
function placesIn(text: Buffer, needle: string): number[] {
  const places: number[] = []
  const wanted = Buffer.from(needle)
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length))
    places.push(at)
  return places
}

describe('a search in the output', () => {
  it('gives byte offsets and the line around, whatever the letters', async () => {
    const text = 'grün\r\nein Fehler: ünï🚂\nFEHLER\n'
    const folder = folderWith(text)
    const { matches, next } = await search(folder, 'fehler')
    expect(next).toBeNull()
    expect(matches).toEqual([
      { offset: Buffer.byteLength('grün\r\nein '), line: 'ein Fehler: ünï🚂' },
      { offset: Buffer.byteLength('grün\r\nein Fehler: ünï🚂\n'), line: 'FEHLER' },
    ])
    expect((await search(folder, '🚂')).matches).toHaveLength(1)
    expect((await search(folder, 'grün')).matches).toEqual([{ offset: 0, line: 'grün' }])
  })

  it('misses none where pieces meet, and finds none twice', async () => {
    const pieces = 256 * 1024
    const text = Buffer.alloc(3 * pieces, 'é')
    for (const at of [pieces - 4, 2 * pieces - 6, 2 * pieces + 2]) text.write('needle', at)
    const folder = folderWith(text)
    const { matches } = await search(folder, 'needle')
    expect(matches.map((m) => m.offset)).toEqual(placesIn(text, 'needle'))
    for (const { line } of matches) expect(line).toMatch(/^…[^�]*needle[^�]*…$/)
  })

  it('goes on where it stopped, with the same places as in one go', async () => {
    const text = Buffer.from('aab aaaa\n'.repeat(40))
    const folder = folderWith(text)
    const found: number[] = []
    for (let next: number | null = 0; next !== null;) {
      const part: Awaited<ReturnType<typeof search>> = await search(folder, 'aa', next, 7)
      found.push(...part.matches.map((m) => m.offset))
      next = part.next
    }
    expect(found).toEqual(placesIn(text, 'aa'))
  })

  it('looks at no more than it may in one call, and one line may be all of it', async () => {
    const folder = folderWith(Buffer.alloc(34 * 1024 * 1024, 'x'))
    appendFileSync(join(folder, STAGE_FILES.stdout), 'end')
    const first = await search(folder, 'end')
    expect(first).toEqual({ matches: [], next: 32 * 1024 * 1024 })
    const second = await search(folder, 'end', first.next ?? 0)
    expect(second.matches).toEqual([{ offset: 34 * 1024 * 1024, line: `…${'x'.repeat(120)}end` }])
    expect(second.next).toBeNull()
  })

  it('of what is not there finds nothing', async () => {
    expect(await search(join(tmpdir(), 'no-such-yard'), 'a')).toEqual({ matches: [], next: null })
    expect(await search(folderWith(''), 'a', 99)).toEqual({ matches: [], next: null })
  })

  it('ends with whoever asked', async () => {
    const wish = { folder: folderWith('a'), stream: 'merged', isEnded: true, text: 'a' } as const
    const asked = searchOutput({ ...wish, from: 0, limit: 1 }, AbortSignal.abort())
    await expect(asked).rejects.toThrow('abort')
  })
})
