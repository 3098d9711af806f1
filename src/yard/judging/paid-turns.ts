/** What turns have used: of those that were answered, and of those whose reply nobody waited for. */
import { followOutput } from '../../agents/output/followed-output.ts'
import { readStageRecord } from '../../agents/runtime/stages/stage-record.ts'
import type { RuntimeUsage, Usage } from '../../domain/agent.ts'
import type { AgentId } from '../../domain/ids.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import { executorTypeSchema, type Settings } from '../../domain/settings.ts'
import { pricedRun } from '../spending.ts'
import { readReply, type PricedReply } from './reply-file.ts'
import { questionKey, turnFolders } from './turn-folder.ts'

export const NOTHING = { usage: null, costSource: null } as const

/** By its folders below `folder`: from the turn that its asking began with, and what is known of those before. Never throws. */
export function paidTurns(
  folder: string,
  settings: Pick<Settings, 'models'>,
  judgement: Judgement,
): PricedReply {
  const { judge } = judgement
  if (judge === null) return usedBy([judgement])
  const turns = turnFolders(folder, judgement).map((own) => {
    const reply = readReply(own, questionKey(judgement))
    if (reply !== null) return reply
    const told = toldIn(own)
    return told === null ? NOTHING : cutOff(pricedRun(settings, judge, { told }))
  })
  return usedBy([judgement, ...turns])
}

/** It was still at it. */
const cutOff = ({ usage, costSource }: PricedReply): PricedReply => ({
  usage: usage && { ...usage, atLeast: true },
  costSource,
})

/** Read in one piece, and no further than an answer can be long. */
const MOST_BYTES = 4_000_000

/** By its output as far as it goes; null where it says nothing of that. */
function toldIn(folder: string): RuntimeUsage | null {
  try {
    const executorType = executorTypeSchema.parse(readStageRecord(folder)?.executorType)
    const output = followOutput({ agentId: '' as AgentId, folder, executorType })
    const buffer = Buffer.alloc(64 * 1024)
    for (let read = 0; read < MOST_BYTES && output.readSome(buffer); read += buffer.length);
    return output.finish().summary.usage
  } catch {
    return null // nothing was launched, or its folder is gone
  }
}

/** All its turns together. */
export function usedBy(said: readonly PricedReply[]): PricedReply {
  const told = said.flatMap(({ usage }) => usage ?? [])
  if (told.length === 0) return NOTHING
  const costSource = said.find((each) => each.costSource !== null)?.costSource ?? null
  return { usage: told.reduce(plusUsage), costSource }
}

const plus = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : a + b

const plusUsage = (a: Usage, b: Usage): Usage => ({
  inputTokens: plus(a.inputTokens, b.inputTokens),
  outputTokens: plus(a.outputTokens, b.outputTokens),
  cachedTokens: plus(a.cachedTokens, b.cachedTokens),
  reasoningTokens: plus(a.reasoningTokens, b.reasoningTokens),
  costUsd: plus(a.costUsd, b.costUsd),
  ...(a.atLeast || b.atLeast ? { atLeast: true } : {}),
})
