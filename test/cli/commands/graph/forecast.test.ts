/** What `yard forecast` writes for people and for programs, and how it ends. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printForecast, printTrackRecord } from '../../../../src/cli/commands/graph/forecast.ts'
import { createPrinter } from '../../../../src/cli/text/print.ts'
import { type ForecastView, forecastSchema } from '../../../../src/contract/forecast.ts'
import { openTestYard, type TestYard } from '../../yard-command.ts'

const iso = (minutes: number): string => new Date(2026, 10, 23, 12, minutes).toISOString()
const forecastOf = (more: Partial<ForecastView> = {}): ForecastView => ({
  at: iso(0),
  seq: 7,
  left: 4,
  waitsForPeople: 0,
  rough: false,
  history: { tries: 1340, fewKinds: [] },
  finish: { p05: iso(80), p25: iso(100), p50: iso(120), p75: iso(140), p95: iso(180) },
  costUsd: { p05: 1, p25: 2, p50: 3.12, p75: 4, p95: 6 },
  criticalPath: [
    { id: 'build', share: 1 },
    { id: 'test', share: 0.844 },
  ],
  tasks: {},
  calibration: {
    tries: { n: 134, held50: 0.5, held90: 0.918 },
    graphs: { n: 0, held50: null, held90: null },
  },
  ...more,
})

const printed = (print: (to: { print: ReturnType<typeof createPrinter> }) => void): string => {
  let text = ''
  const stdout = { write: (part: string | Uint8Array) => (text += String(part)) }
  print({ print: createPrinter({ stdout, stderr: stdout, isJson: false, env: {} }) })
  return text
}
const forecastText = (more: Partial<ForecastView> = {}, standstill: string | null = null) =>
  printed((to) => printForecast(to, forecastOf(more), standstill))

describe('the words of a forecast', () => {
  it('are when and how much with their bounds, what decides it, and from how much it is known', () => {
    const text = forecastText()
    expect(text).toMatch(/finish +.*14:00, in 2h 00m +.*13:40 – .*14:20 +.*13:20 – .*15:00/)
    expect(text).toMatch(/cost +\$3\.12 more +\$2\.00 – \$4\.00 +\$1\.00 – \$6\.00/)
    expect(text).toContain('left      4 tasks\n')
    expect(text).toContain('critical  build 100 %, test 84 %')
    expect(text).toContain('learned   from 1,340 ended tries')
  })

  it('claim no 90 % where it is rough, and no cost without a price', () => {
    const text = forecastText({
      rough: true,
      history: { tries: 1, fewKinds: ['docs on claude'] },
      finish: { p05: null, p25: iso(1), p50: iso(2), p75: iso(3), p95: null },
      costUsd: null,
    })
    expect(text).toMatch(/finish .*12:02:00.* -\n/)
    expect(text).toMatch(/cost +no price known +- +-/)
    expect(text).toContain('rough: fewer than 3 finished tries of docs on claude')
  })

  it('say apart what waits for people, that nothing is left, and that nothing moves', () => {
    expect(forecastText({ waitsForPeople: 1 })).toContain('1 more waits for a person or a claim')
    expect(forecastText({ left: 0, waitsForPeople: 3, finish: null, costUsd: null })).toBe(
      'nothing is left that goes on by itself\n' +
        'left      0 tasks; 3 more wait for people or claims, or for tasks that do, and are not in these figures\n',
    )
    expect(forecastText({}, 'the yard is paused: …')).toContain('\nthe yard is paused: …\n')
  })

  it('tell how often it held', () => {
    const text = printed((to) => printTrackRecord(to, forecastOf().calibration))
    expect(text).toMatch(/tries +134 +50 % +92 %/)
    expect(text).toMatch(/graphs +0 +- +-/)
  })
})

describe('yard forecast', () => {
  let place: TestYard
  beforeAll(async () => {
    place = await openTestYard()
  })
  afterAll(() => place.close())

  it('works without an owner, and ends with 0 also where nothing is left', async () => {
    const empty = await place.yard(['forecast'])
    expect(empty).toMatchObject({ code: 0, err: '' })
    expect(empty.out).toContain('nothing is left that goes on by itself')
    await place.yard(['add', 'One', '--id', 'one', '--exec', 'true'])
    await place.yard(['add', 'Two', '--id', 'two', '--exec', 'true', '--after', 'one'])
    const told = await place.yard(['forecast'])
    expect(told.code).toBe(0)
    expect(told.out).toContain('left      2 tasks')
    expect(told.out).toContain('no coordinator runs')
  })

  it('gives programs all of it, of chosen tasks with what they wait for', async () => {
    const all = forecastSchema.strict().parse(await place.json(['forecast']))
    expect(all).toMatchObject({ left: 2, rough: true })
    expect(Object.keys(all.tasks)).toEqual(['one', 'two'])
    const one = forecastSchema.parse(await place.json(['forecast', 'one']))
    expect(Object.keys(one.tasks)).toEqual(['one'])
  })

  it('of a task that is not there ends with 3 and the near match', async () => {
    const wrong = await place.yard(['forecast', 'tow'])
    expect(wrong.code).toBe(3)
    expect(wrong.err).toContain('two')
  })

  it('tells only how often it held', async () => {
    const { code, out } = await place.yard(['forecast', '--calibration'])
    expect(code).toBe(0)
    expect(out).toMatch(/^ +FORECASTS/)
    expect(out).not.toContain('finish')
  })
})
