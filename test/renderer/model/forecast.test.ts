import { expect, test } from 'vitest'
import { criticalPath, durationForecast } from '../../../src/renderer/model/forecast.ts'
import { cardOf } from '../../support/scripted-host.ts'
import { forecastOf, quartilesAt } from '../support/forecast-of.ts'

test('a start takes as long as is foretold, else what its last one took; else nothing is said', () => {
  const cards = [cardOf('told', { workedMs: 7 }), cardOf('a', { workedMs: 7 }), cardOf('b')]
  const tasks = new Map(cards.map((card) => [card.id, card]))
  const told = forecastOf({ tasks: { told: { start: quartilesAt(10), end: quartilesAt(25) } } })
  const lasting = durationForecast(tasks, told)
  expect([lasting('told'), lasting('a'), lasting('b')]).toEqual([15 * 60_000, 7, null])
  expect(durationForecast(tasks, null)('told')).toBe(7)
})

test('a chain as long as the yard is followed without end of the stack', () => {
  const cards = Array.from({ length: 20_000 }, (_, index) =>
    cardOf(`t${index}`, { after: index === 19_999 ? [] : [`t${index + 1}`] }),
  )
  expect(criticalPath(new Map(cards.map((card) => [card.id, card])))).toHaveLength(20_000)
})
