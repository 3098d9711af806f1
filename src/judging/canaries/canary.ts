/** Results that a person has scored, by which a judge is measured before it gates anything. Pure. */
import type { Dimensions } from '../../domain/judging/score.ts'
import type { ChangedFile, CheckResult, EvaluationPacket } from '../evaluation-prompt.ts'

export interface Canary {
  readonly id: string
  readonly isGood: boolean
  /** Whole: nothing outside it is needed to judge it. */
  readonly packet: EvaluationPacket
  /** What a careful person gives. */
  readonly dimensions: Dimensions
  /** In one line, for people; no judge is shown it. */
  readonly why: string
}

type Given = Partial<EvaluationPacket> & Pick<EvaluationPacket, 'title' | 'description'>

/** A packet of which only that is said which there is. */
export const packetOf = (given: Given): EvaluationPacket => ({
  acceptance: [],
  facts: [],
  verify: null,
  checks: [],
  files: [],
  artifacts: [],
  answer: null,
  log: [],
  dependents: [],
  notes: [],
  workedMs: null,
  costUsd: null,
  ...given,
})

/** A change as git prints it, from its hunks; an empty line in them is an empty line of context. */
export function changed(path: string, hunks: string): ChangedFile {
  const lines = bodyOf(hunks).split('\n')
  const before = lines[0]?.startsWith('@@ -0,0 ') === true ? '/dev/null' : `a/${path}`
  const head = [`diff --git a/${path} b/${path}`, `--- ${before}`, `+++ b/${path}`]
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length
  return {
    path,
    insertions: count('+'),
    deletions: count('-'),
    patch: [...head, ...lines.map((line) => (line === '' ? ' ' : line)), ''].join('\n'),
    reason: null,
  }
}

/** A text that begins on the line below its opening quote. */
export const bodyOf = (text: string): string => text.replace(/^\n/, '').replace(/\n$/, '')

/** A file that the agent kept as a result. */
export const kept = (name: string, text: string): EvaluationPacket['artifacts'][number] => ({
  name,
  text,
  bytes: new TextEncoder().encode(text).length,
})

export const passed = (name: string, tail: string): CheckResult => ({ name, isOk: true, tail })

/** What the agent wrote down, oldest first. */
export const logged = (...texts: readonly string[]): EvaluationPacket['log'] =>
  texts.map((text) => ({ by: 'agent', text }))

export const minutes = (count: number): number => count * 60_000
