/** Where the turns of a judgement are kept: the first in its own folder below `.yard/judgements`, later ones in `turn-N` below that. */
import { existsSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { JudgementId } from '../../domain/judging/evaluation.ts'

interface Turn {
  readonly id: JudgementId
  /** From 1. */
  readonly turn: number
}

export const judgementsFolder = ({ yard }: { readonly yard: string }): string =>
  join(yard, 'judgements')

/** Of one turn, below the folder of all. */
export const turnName = ({ id, turn }: Turn): string => (turn === 1 ? id : `${id}/turn-${turn}`)

export const judgementOf = (name: string): JudgementId => name.split('/')[0] as JudgementId

/** Of all turns of all judgements. */
export const turnNames = (folder: string): readonly string[] =>
  judgementsIn(folder).flatMap((id) => [id, ...laterTurns(folder, id)])

/** The whole path; of the first where only that was sent. */
export const lastTurnFolder = (folder: string, id: JudgementId): string =>
  join(folder, laterTurns(folder, id).at(-1) ?? id)

/** Removes what is kept of those that have ended. */
export async function forgetJudgements(
  folder: string,
  isLiving: (id: JudgementId) => boolean,
): Promise<readonly JudgementId[]> {
  const ended = judgementsIn(folder).filter((id) => !isLiving(id))
  for (const id of ended) await rm(join(folder, id), { recursive: true, force: true })
  return ended
}

// Its name is its id.
const judgementsIn = (folder: string): readonly JudgementId[] =>
  namesIn(folder, /^judge-(\d+)$/) as readonly JudgementId[]

const laterTurns = (folder: string, id: JudgementId): readonly string[] =>
  namesIn(join(folder, id), /^turn-(\d+)$/).map((turn) => `${id}/${turn}`)

/** By their numbers. */
function namesIn(path: string, pattern: RegExp): readonly string[] {
  const numberOf = (name: string): number => Number(pattern.exec(name)?.[1])
  return existsSync(path)
    ? readdirSync(path)
        .filter((name) => pattern.test(name))
        .toSorted((a, b) => numberOf(a) - numberOf(b))
    : []
}
