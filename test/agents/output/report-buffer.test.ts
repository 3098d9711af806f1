import { expect, it } from 'vitest'
import { createReportBuffer } from '../../../src/agents/output/followed-output.ts'
import { outputReportSchema, type OutputReport } from '../../../src/domain/output.ts'

const raw = (text: string): OutputReport => ({ kind: 'raw', stream: 'stdout', text })
const said = (text: string): OutputReport => ({ kind: 'text', text })

it('joins lines that are no events, and keeps whole messages apart', () => {
  const buffer = createReportBuffer()
  for (const report of [raw('a'), raw('b'), said('c'), said('d'), raw('e')]) buffer.add(report)
  expect(buffer.take()).toEqual({
    reports: [raw('a\nb'), said('c'), said('d'), raw('e')],
    dropped: 0,
  })
  expect(buffer.take()).toEqual({ reports: [], dropped: 0 })
})

it('drops the oldest of a flood, says how many, and stays within its bounds', () => {
  const buffer = createReportBuffer()
  for (let n = 0; n < 10_000; n++) buffer.add(said(`message ${n} ${'x'.repeat(5000)}`))
  const { reports, dropped } = buffer.take()
  expect(reports.length + dropped).toBe(10_000)
  expect(JSON.stringify(reports).length).toBeLessThan(40_000)
  expect(reports.at(-1)).toMatchObject({ text: expect.stringContaining('message 9999') })
})

it('never joins beyond the bound of a report', () => {
  const buffer = createReportBuffer()
  for (let n = 0; n < 200; n++) buffer.add(raw('y'.repeat(150)))
  for (const report of buffer.take().reports)
    expect(outputReportSchema.safeParse(report).success).toBe(true)
})
