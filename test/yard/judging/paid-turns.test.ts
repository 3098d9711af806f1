/** What a judgement has cost that is ended before anybody has read its reply. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadConfig } from '../../../src/config/load.ts'
import { writeStageRecord } from '../../../src/agents/runtime/stages/stage-record.ts'
import { newJudgement, NO_SUBJECT } from '../../../src/domain/decide/evaluated.ts'
import type { Judgement } from '../../../src/domain/judging/judgement.ts'
import { paidTurns } from '../../../src/yard/judging/paid-turns.ts'
import { writeReply } from '../../../src/yard/judging/reply-file.ts'
import { questionKey } from '../../../src/yard/judging/turn-folder.ts'
import { JUDGE } from '../../support/recorded-evaluations.ts'

const config = loadConfig({ globalFile: 'no-such-file', projectFile: null, env: {} })
if (!config.ok) throw new Error(config.error.message)
const { settings } = config.value

const judgement: Judgement = {
  ...newJudgement(
    { lastJudgementNumber: 6 },
    { ...NO_SUBJECT, purpose: 'canary', subject: null, by: 'ada', wish: null, at: 0 },
  ),
  judge: JUDGE,
}
const usage = (costUsd: number) => ({
  inputTokens: 100,
  outputTokens: 10,
  cachedTokens: null,
  reasoningTokens: null,
  costUsd,
})

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'yard-paid-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function turn(...names: readonly string[]): string {
  const own = join(folder, 'judge-7', ...names)
  mkdirSync(own, { recursive: true })
  return own
}
function answer(own: string, costUsd: number): void {
  const about = { usage: usage(costUsd), costSource: 'cli' as const }
  writeReply(own, questionKey(judgement), {
    kind: 'answer',
    text: 'no',
    structured: null,
    ...about,
  })
}
/** As its supervisor and its CLI leave it where no owner has read it. */
function printed(own: string, lines: readonly object[]): void {
  writeStageRecord(own, {
    agent: 'judge-7',
    task: questionKey(judgement),
    generation: 1,
    executor: 'claude',
    executorType: 'claude',
    model: null,
    argv: [],
    variables: [],
    stdin: 'prompt',
    bootId: 'b',
    key: 'k',
    workplace: { cwd: own, branch: null, baseCommit: null },
    conversation: null,
    at: new Date(0).toISOString(),
  })
  writeFileSync(join(own, 'stdout.log'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
}
const result = {
  type: 'result',
  subtype: 'success',
  is_error: false,
  result: 'Done.',
  session_id: 's',
  total_cost_usd: 0.5,
  usage: { input_tokens: 7, output_tokens: 3 },
}
const paid = (more: Partial<Judgement> = {}) =>
  paidTurns(folder, settings, { ...judgement, ...more })

it('is that of the turns that were answered, together with what was known before', () => {
  answer(turn(), 0.25)
  answer(turn('turn-2'), 0.5)
  expect(paid()).toMatchObject({ usage: { costUsd: 0.75, inputTokens: 200 }, costSource: 'cli' })
  // The first is in what was known when it was put off.
  expect(paid({ turn: 2, usage: usage(0.25), costSource: 'cli' })).toMatchObject({
    usage: { costUsd: 0.75, inputTokens: 200 },
  })
})

it('is what the output says where nobody has read that, at least', () => {
  answer(turn(), 0.25)
  printed(turn('turn-2'), [{ type: 'system', subtype: 'init', session_id: 's' }, result])
  expect(paid()).toMatchObject({ usage: { costUsd: 0.75, inputTokens: 107, atLeast: true } })
})

it('is nothing where nothing was sent, and never a fault', () => {
  expect(paid()).toEqual({ usage: null, costSource: null })
  writeFileSync(join(turn(), 'launch.json'), '{"half')
  writeFileSync(join(turn(), 'stdout.log'), '\0'.repeat(100))
  writeFileSync(join(turn(), 'answer.json'), '{"half')
  expect(paid()).toEqual({ usage: null, costSource: null })
  rmSync(join(folder, 'judge-7'), { recursive: true })
  writeFileSync(join(folder, 'judge-7'), 'no folder')
  expect(paid()).toEqual({ usage: null, costSource: null })
})
