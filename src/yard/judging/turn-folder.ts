/** Where the turns of a judgement are kept: the first in its own folder below `.yard/judgements`, later ones in `turn-N` below that. */
import { createHash } from 'node:crypto'
import { type Dirent, existsSync, lstatSync, readdirSync, renameSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readStageRecord } from '../../agents/runtime/stages/stage-record.ts'
import type { JudgementId } from '../../domain/judging/evaluation.ts'
import type { Judgement } from '../../domain/judging/judgement.ts'
import { replyKey } from './reply-file.ts'

interface Turn {
  readonly id: JudgementId
  /** From 1. */
  readonly turn: number
}

/** Which question is meant: numbers are given again once an older database was put back. */
interface Asked extends Turn {
  readonly key: string
}

export const judgementsFolder = ({ yard }: { readonly yard: string }): string =>
  join(yard, 'judgements')

/** Of one turn, below the folder of all. */
export const turnName = ({ id, turn }: Turn): string => (turn === 1 ? id : `${id}/turn-${turn}`)

export const judgementOf = (name: string): JudgementId => name.split('/')[0] as JudgementId

/** Of all turns of all judgements. */
export const turnNames = (folder: string): readonly string[] =>
  judgementsIn(folder).flatMap((id) => [id, ...laterTurns(folder, id)])

/** What `launch.json` and `answer.json` of its turns call it: made of what it was asked for, and when. */
export function questionKey(judgement: Judgement): string {
  const { id, purpose, taskId, agentId, generation, subject, queuedAt, by } = judgement
  const about = JSON.stringify([purpose, taskId, agentId, generation, subject, queuedAt, by])
  return `${id}-${createHash('sha256').update(about).digest('hex').slice(0, 16)}`
}

/** The whole path; null where nothing was sent yet, or nothing of it is kept. */
export const lastTurnFolder = (folder: string, judgement: Judgement): string | null =>
  turnFolders(folder, { ...judgement, turn: 1 }).at(-1) ?? null

/** Whole paths, from the turn on that its asking begins with; of turns that were sent or are about to be. */
export function turnFolders(folder: string, judgement: Judgement): readonly string[] {
  const { id, turn } = judgement
  const key = questionKey(judgement)
  if (isForeign(join(folder, id), key)) return []
  return [id, ...laterTurns(folder, id)]
    .map((name) => join(folder, name))
    .filter((own) => existsSync(own) && turnNumberOf(own) >= turn && !isForeign(own, key))
}

/** Something else stands in its place: the folder of another question, which bore the same number, or no folder at all. */
export function isForeign(own: string, key: string): boolean {
  const found = lstatSync(own, { throwIfNoEntry: false })
  if (!found) return false
  if (!found.isDirectory()) return true
  const keys = [readStageRecord(own)?.task, replyKey(own)].filter((each) => each != null)
  return keys.length > 0 && !keys.includes(key)
}

/** Renames what stands where a turn is kept and is not of its question. Throws what the file system said. */
export function setForeignAside(folder: string, { key, ...turn }: Asked): void {
  for (const name of new Set([turnName({ ...turn, turn: 1 }), turnName(turn)])) {
    const own = join(folder, name)
    if (isForeign(own, key)) renameSync(own, freeName(own))
  }
}

function freeName(own: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${own}.before-${number}`
    if (!lstatSync(name, { throwIfNoEntry: false })) return name
  }
}

/** Removes what is kept of those that have ended, and what was set aside. */
export async function forgetJudgements(
  folder: string,
  isLiving: (id: JudgementId) => boolean,
): Promise<readonly JudgementId[]> {
  const all = readNames(folder, () => true)
  const ended = judgementNames(all).filter((id) => !isLiving(id))
  const aside = judgementsIn(folder).flatMap((id) =>
    numbered(
      readNames(join(folder, id), () => true),
      /^turn-\d+\.before-(\d+)$/,
    ).map((name) => `${id}/${name}`),
  )
  for (const name of [...aside, ...ended, ...numbered(all, /^judge-\d+\.before-(\d+)$/)])
    await rm(join(folder, name), { recursive: true, force: true })
  return ended
}

// Its name is its id.
const judgementNames = (names: readonly string[]): readonly JudgementId[] =>
  numbered(names, /^judge-(\d+)$/) as readonly JudgementId[]

const judgementsIn = (folder: string): readonly JudgementId[] => judgementNames(readNames(folder))

const laterTurns = (folder: string, id: JudgementId): readonly string[] =>
  numbered(readNames(join(folder, id)), /^turn-(\d+)$/).map((name) => `${id}/${name}`)

const turnNumberOf = (path: string): number => Number(/[\\/]turn-(\d+)$/.exec(path)?.[1] ?? 1)

function numbered(names: readonly string[], pattern: RegExp): readonly string[] {
  const numberOf = (name: string): number => Number(pattern.exec(name)?.[1])
  return names.filter((name) => pattern.test(name)).toSorted((a, b) => numberOf(a) - numberOf(b))
}

/** Of its folders, unless told otherwise. No link is followed. */
function readNames(
  path: string,
  isMeant: (entry: Dirent) => boolean = (entry) => entry.isDirectory(),
): readonly string[] {
  try {
    if (!lstatSync(path).isDirectory()) return []
    return readdirSync(path, { withFileTypes: true })
      .filter(isMeant)
      .map(({ name }) => name)
  } catch {
    return [] // not there, or something else stands in its place
  }
}
