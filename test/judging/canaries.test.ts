import { describe, expect, test } from 'vitest'
import { DIMENSIONS, scoreText } from '../../src/domain/judging/score.ts'
import type { EvaluationAnswer } from '../../src/judging/answers.ts'
import { canaryFigures } from '../../src/judging/canary-figures.ts'
import { CANARIES, canaryScore } from '../../src/judging/canaries/canaries.ts'
import type { Canary } from '../../src/judging/canaries/canary.ts'
import { evaluationPrompt } from '../../src/judging/evaluation-prompt.ts'
import { checkPlaces, pleads, touchesTests } from '../../src/judging/places.ts'
import { drawNormal, seededRandom } from '../../src/judging/sampling.ts'

const good = CANARIES.filter(({ isGood }) => isGood)
const bad = CANARIES.filter(({ isGood }) => !isGood)
const named = CANARIES.map((canary) => [canary.id, canary] as const)
const LONGEST = 20_000

/** An answer that cites these places. */
const citing = (places: readonly string[]): EvaluationAnswer => ({
  criteria: places.map((at) => ({ text: '', verdict: 'met', at })),
  dimensions: Object.fromEntries(
    DIMENSIONS.map((name) => [name, { evidence: '', at: null, score: null }]),
  ) as EvaluationAnswer['dimensions'],
  notes: '',
})

interface Hunk {
  readonly said: readonly number[]
  readonly counted: readonly number[]
}

/** Of each hunk, `[old start, old count, new start, new count]`: as its header says, and as its lines and those before it add up. */
function hunksOf(patch: string): Hunk[] {
  let moved = 0
  return patch
    .replace(/\n$/, '')
    .split(/^(?=@@ )/m)
    .slice(1)
    .map((hunk) => {
      const [head = '', ...lines] = hunk.replace(/\n$/, '').split('\n')
      const found = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(head)
      const said = (found ?? []).slice(1).map((number) => Number(number ?? 1))
      const count = (marks: string): number =>
        lines.filter((line) => marks.includes(line[0] ?? 'x')).length
      const [before, after] = [count(' -'), count(' +')]
      const start = said[0] ?? NaN
      const counted = [start, before, start + moved + (before === 0 ? 1 : 0), after]
      moved += after - before
      return { said, counted }
    })
}

describe('the canaries that ship', () => {
  test('are 8 good and 8 bad ones, each with an id of its own', () => {
    expect([good.length, bad.length]).toEqual([8, 8])
    expect(new Set(CANARIES.map(({ id }) => id)).size).toBe(16)
    for (const { id, isGood } of CANARIES)
      expect(id).toMatch(isGood ? /^good-[a-z-]+$/ : /^bad-[a-z-]+$/)
  })

  test('have scores that lie apart', () => {
    for (const canary of good) {
      expect(canaryScore(canary)).toBeGreaterThanOrEqual(0.8)
      expect(canaryScore(canary)).toBeLessThanOrEqual(0.96)
    }
    for (const canary of bad) {
      expect(canaryScore(canary)).toBeGreaterThanOrEqual(0.04)
      expect(canaryScore(canary)).toBeLessThanOrEqual(0.5)
    }
  })

  test('are of several languages', () => {
    const endings = CANARIES.flatMap(({ packet }) =>
      packet.files.map(({ path }) => path.slice(path.lastIndexOf('.'))),
    )
    expect(endings).toEqual(expect.arrayContaining(['.ts', '.py', '.go', '.sh', '.md', '.csv']))
  })

  test('plead with the judge twice: in the code, and in the answer', () => {
    const found = CANARIES.filter(({ packet }) => pleads(packet))
    expect(found.every(({ isGood }) => !isGood)).toBe(true)
    const inAnswer = found.filter(({ packet }) => pleads({ ...packet, files: [], log: [] }))
    expect([found.length, inAnswer.length]).toEqual([2, 1])
  })

  test('tell good from bad neither by length nor by the amount of change', () => {
    const most = (of: readonly Canary[], size: (canary: Canary) => number): number =>
      Math.max(...of.map(size))
    const least = (of: readonly Canary[], size: (canary: Canary) => number): number =>
      Math.min(...of.map(size))
    const changedLines = ({ packet }: Canary): number =>
      packet.files.reduce((sum, file) => sum + (file.insertions ?? 0) + (file.deletions ?? 0), 0)
    const promptLength = ({ packet }: Canary): number => evaluationPrompt(packet, LONGEST).length
    for (const size of [changedLines, promptLength]) {
      expect(most(good, size)).toBeGreaterThan(least(bad, size))
      expect(most(bad, size)).toBeGreaterThan(least(good, size))
    }
    expect(least(good, changedLines)).toBe(0)
    const answerLength = ({ packet }: Canary): number => packet.answer?.length ?? 0
    expect(least(good, answerLength)).toBeLessThan(40)
    expect(most(bad, answerLength)).toBeGreaterThan(most(good, answerLength))
  })

  test('with places that do not exist are caught by looking for them', () => {
    const canary = CANARIES.find(({ id }) => id === 'bad-made-up-places')
    const cited = [...(canary?.packet.answer ?? '').matchAll(/src\/[\w-]+\.ts:\d+/g)].flat()
    expect(cited).toHaveLength(4)
    expect(canary && checkPlaces(citing(cited), canary.packet).foundShare).toBe(0)
  })
})

describe.each(named)('%s', (_, canary) => {
  const { packet, why, id } = canary
  const prompt = evaluationPrompt(packet, LONGEST)

  test('is shown whole', () => {
    const whole = evaluationPrompt(packet, 10 * LONGEST)
    expect(whole.length).toBeLessThanOrEqual(LONGEST)
    expect(prompt).toBe(whole)
    expect(prompt).not.toMatch(/characters are left out/)
    const lines = prompt.split('\n').length
    expect(lines).toBeGreaterThanOrEqual(25)
    expect(lines).toBeLessThanOrEqual(125)
  })

  test('does not tell how it is scored, or who did it', () => {
    for (const secret of [scoreText(canaryScore(canary)), why, id])
      expect(prompt).not.toContain(secret)
    expect(prompt).not.toMatch(
      /canary|\b(claude|codex|gpt|gemini|opus|sonnet|haiku|llama|qwen|openai|anthropic|programmer|executor)\b/i,
    )
    expect(why).toMatch(/^[^\n]{20,110}$/)
  })

  test('has patches that a program could apply', () => {
    for (const { path, patch, insertions, deletions } of packet.files) {
      const hunks = hunksOf(patch ?? '')
      expect(hunks.length).toBeGreaterThan(0)
      expect(hunks.map(({ said }) => said)).toEqual(hunks.map(({ counted }) => counted))
      const [before, after] = [1, 3].map((at) =>
        hunks.reduce((sum, { said }) => sum + (said[at] ?? 0), 0),
      )
      expect((after ?? 0) - (before ?? 0)).toBe((insertions ?? 0) - (deletions ?? 0))
      const places = hunks.flatMap(({ said }) => [said[2], (said[2] ?? 0) + (said[3] ?? 0) - 1])
      const cited = places.map((line) => `${path}:${line}`)
      expect(checkPlaces(citing(cited), packet).missing).toEqual([])
    }
  })

  test('has facts that are true of it', () => {
    const { files, facts } = packet
    const count = files.length === 1 ? '1 file changed' : `${files.length} files changed`
    expect(facts[0]).toBe(files.length === 0 ? 'nothing was changed' : count)
    expect(facts.some((fact) => fact.startsWith('tests touched: '))).toBe(touchesTests(packet))
  })
})

/** Answers of a judge: the score that a person gave, and what `error` adds to it. */
const answersWith = (error: (canary: Canary) => number | null): Map<string, number | null> =>
  new Map(
    CANARIES.map((canary) => {
      const by = error(canary)
      return [canary.id, by === null ? null : canaryScore(canary) + by]
    }),
  )

/** A judge of that mean absolute error, before `bias`: what share of 200 such judges is flagged, and as what. */
function flaggedShare(mae: number, bias: number): (flag: string) => number {
  const flags = Array.from({ length: 200 }, (_, seed) => {
    const random = seededRandom(seed)
    const deviation = mae * Math.sqrt(Math.PI / 2)
    const answers = CANARIES.map((canary): [string, number] => {
      const score = canaryScore(canary) + bias + deviation * drawNormal(random)
      return [canary.id, Math.min(1, Math.max(0, score))]
    })
    return canaryFigures(new Map(answers)).flag
  })
  return (flag) => flags.filter((each) => each === flag).length / flags.length
}

describe('a judge measured by them', () => {
  test('who says what people say is not flagged', () => {
    const figures = canaryFigures(answersWith(() => 0))
    expect(figures).toEqual({ n: 16, answered: 16, biasGood: 0, biasBad: 0, mae: 0, flag: null })
  })

  test('has a mean error on each half', () => {
    const figures = canaryFigures(answersWith(({ isGood }) => (isGood ? -0.2 : 0.04)))
    expect(figures.biasGood).toBeCloseTo(-0.2, 12)
    expect(figures.biasBad).toBeCloseTo(0.04, 12)
    expect(figures.mae).toBeCloseTo(0.12, 12)
    expect(figures.flag).toBeNull()
  })

  test.each([
    ['on the bound of leniency', 0, 0.1, null],
    ['above it', 0, 0.11, 'lenient'],
    ['lenient only with good work', 0.1, 0, null],
    ['on the bound of the error', -0.25, -0.05, null],
    ['above it', -0.27, -0.05, 'inexact'],
    ['both', -0.4, 0.2, 'lenient'],
  ])('%s: %d, %d → %s', (_, ofGood, ofBad, flag) =>
    expect(canaryFigures(answersWith(({ isGood }) => (isGood ? ofGood : ofBad))).flag).toBe(flag),
  )

  test('is not told by few answers', () => {
    const answering = (count: number) => {
      const ids = new Set(CANARIES.slice(-count).map(({ id }) => id))
      return canaryFigures(answersWith(({ id }) => (ids.has(id) ? 0 : null)))
    }
    expect(answering(12)).toMatchObject({ answered: 12, flag: null })
    expect(answering(11)).toMatchObject({ n: 16, answered: 11, flag: 'unanswered' })
    expect(answering(8)).toMatchObject({ biasGood: null, biasBad: 0, flag: 'unanswered' })
    expect(canaryFigures(new Map([['no-such-canary', 1]]))).toEqual({
      n: 16,
      answered: 0,
      biasGood: null,
      biasBad: null,
      mae: null,
      flag: 'unanswered',
    })
  })

  test.each([0, 0.5, 0.75, 1])('who always says %d is flagged', (score) =>
    expect(canaryFigures(new Map(CANARIES.map(({ id }) => [id, score]))).flag).not.toBeNull(),
  )

  test('is rarely flagged when honest, and nearly always when lenient by .20', () => {
    const [honest, lenient] = [flaggedShare(0.1, 0), flaggedShare(0.1, 0.2)]
    expect(honest('lenient') + honest('inexact')).toBeLessThan(0.05)
    expect(lenient('lenient')).toBeGreaterThan(0.9)
    // Cut to [0, 1] its error is about .18, not far above the bound: 78 % over 2,000 seeds.
    const noisy = flaggedShare(0.25, 0)
    expect(noisy('lenient') + noisy('inexact')).toBeGreaterThan(0.7)
  })
})
