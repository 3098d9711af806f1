/** What it costs that every result is judged, where the judge answers at once. */
import type { JudgingPort } from '../../src/coordinator/ports.ts'
import { answered, policyOf } from '../support/evaluations.ts'
import { JUDGE } from '../support/recorded-evaluations.ts'
import { median } from './measure.ts'
import type { Bench } from './report.ts'
import { cost, MAX_AGENTS } from './throughput.ts'

const TASKS = 20_000
const ROUNDS = 3

/** As many at once as a yard asks that says nothing else. */
const LANE = MAX_AGENTS / 8

const nullJudge: JudgingPort = {
  judge: {
    choose: () => ({ kind: 'judge', judge: JUDGE }),
    ask: () => Promise.resolve(answered(0.9)),
  },
  policyOf: () => policyOf('score'),
  lane: () => LANE,
}

export const judging: Bench = {
  name: 'judging',
  about:
    'tasks finished a second with a null executor whose results a null judge scores, against without',
  async run() {
    await cost(5000, { judging: nullJudge })
    const without: number[] = []
    const judged: number[] = []
    for (let i = 0; i < ROUNDS; i += 1) {
      without.push(1e6 / (await cost(TASKS)).perTaskUs)
      judged.push(1e6 / (await cost(TASKS, { judging: nullJudge })).perTaskUs)
    }
    const [plain, scored] = [median(without), median(judged)]
    return [
      { what: '20,000 tasks, not judged (median of 3)', value: plain, unit: '/s' },
      { what: '20,000 tasks, gate score, null judge (median of 3)', value: scored, unit: '/s' },
      { what: 'judged against not judged', value: scored / plain, unit: '×', target: { min: 0.5 } },
    ]
  },
}
