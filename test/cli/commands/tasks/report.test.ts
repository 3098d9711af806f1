/** A try that ended with a question, through the real command line: it has not failed, and what was said stays readable. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestYard, type Ended, type TestYard } from '../../yard-command.ts'

let test: TestYard
beforeAll(async () => {
  test = await openTestYard()
})
afterAll(() => test.close())

const yard = (...words: string[]): Promise<Ended> => test.yard(words)
const QUESTION = `Which colour is it to be? ${'All of it must stay readable. '.repeat(8)}`.trim()

describe('a try that asks a person', () => {
  let ended: Ended
  beforeAll(async () => {
    const ask = `test -e asked || { touch asked; yard ask palette "${QUESTION}"; }`
    await yard('add', 'Palette', '--id', 'palette', '--exec', ask)
    ended = await yard('run')
  }, 60_000)

  it('is shown as asked, not as failed', async () => {
    expect([ended.code, ended.out]).toEqual([1, expect.stringContaining('1 cannot go on')])
    expect((await yard('agents')).out).toMatch(/^agent-1 +palette +asked +/m)
    const shown = (await yard('show', 'palette')).out
    expect(shown).toContain(`asked         ${QUESTION}`)
    expect(shown).not.toContain('fail')
    const log = (await yard('log', 'palette')).out
    expect(log).toContain(`agent-1 asks: ${QUESTION}`)
    expect(log).not.toContain('fail')
    expect((await yard('stats')).out).toMatch(/agents +1 +1 asked/)
  }, 60_000)

  it('keeps its question with the answer when it is done', async () => {
    expect((await yard('answer', 'palette', 'The blue one.')).code).toBe(0)
    expect((await yard('why', 'palette')).out).toContain('Its last try asked a person: Which')
    expect((await yard('run')).code).toBe(0)
    for (const verb of ['show', 'log']) {
      const { out } = await yard(verb, 'palette')
      expect(out).toContain(`Waits for an answer: ${QUESTION}`)
      expect(out).toContain('Answered: The blue one.')
      expect(out).not.toMatch(/failed|Retried/)
    }
  }, 60_000)
})

describe('yard log ID', () => {
  it('is the timeline, the oldest first, with what was noted; as JSON what was noted', async () => {
    await yard('add', 'Note', '--id', 'note', '--exec', 'yard log note "half way"')
    await yard('edit', 'note', '--priority', 'high')
    await yard('log', 'note', 'look here')
    expect((await yard('run')).code).toBe(0)
    const lines = (await yard('log', 'note')).out.trimEnd().split('\n')
    const texts = lines.map((line) => line.replace(/^(?:[\d:-]+ +)+[^:]+: /, ''))
    expect(texts[0]).toBe('Added')
    expect(texts).toContain('Changed priority')
    expect(texts).toContain('look here')
    expect(texts).toContain('half way')
    expect(texts.indexOf('look here')).toBeLessThan(texts.indexOf('half way'))
    expect(texts.at(-1)).toMatch(/^Done, by agent-\d+$|^agent-\d+ is done$/)
    const notes = (await test.json(['log', 'note'])) as { text: string }[]
    expect(notes.map(({ text }) => text)).toEqual(['look here', 'half way'])
    const newest = await yard('log', 'note', '--limit', '1')
    expect(newest.out.trimEnd().split('\n')).toHaveLength(1)
    expect(newest.err).toContain('--limit')
  }, 60_000)
})
