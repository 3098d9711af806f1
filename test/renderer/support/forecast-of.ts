/** A forecast as a host tells it: ten tasks that end about 14:00, and how far that holds. */
import type { ForecastView } from '../../../src/contract/forecast.ts'

const AT = Date.parse('2026-11-23T12:00:00Z')
export const minutesOn = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString()

/** Quartiles of an instant so many minutes on, two minutes apart. */
export const quartilesAt = (minutes: number) => ({
  p25: minutesOn(minutes - 2),
  p50: minutesOn(minutes),
  p75: minutesOn(minutes + 2),
})

export const forecastOf = (more: Partial<ForecastView> = {}): ForecastView => ({
  at: minutesOn(0),
  seq: 7,
  left: 10,
  waitsForPeople: 0,
  rough: false,
  history: { tries: 134, fewKinds: [] },
  finish: { ...quartilesAt(120), p05: minutesOn(80), p95: minutesOn(180) },
  costUsd: { p05: 1, p25: 2, p50: 3.12, p75: 4, p95: 6 },
  criticalPath: [
    { id: 'build', share: 1 },
    { id: 'test', share: 0.84 },
  ],
  tasks: {},
  calibration: {
    tries: { n: 134, held50: 0.5, held90: 0.92 },
    graphs: { n: 0, held50: null, held90: null },
  },
  ...more,
})
