/** What the real CLIs printed, recorded by `test/agents-real/record-transcripts.ts`. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { OutputReport } from '../../../../src/domain/output.ts'
import type { OutputReader, OutputSummary } from '../../../../src/agents/executors/executor.ts'

const FOLDER = resolve(import.meta.dirname, '../../../fixtures/transcripts')

/** 2026-11-21 02:32 UTC, about when they were recorded. */
export const RECORDED_AT = Date.UTC(2026, 10, 21, 2, 32)

export const transcript = (name: string): string =>
  readFileSync(join(FOLDER, `${name}.jsonl`), 'utf8')

/** What it printed on stderr meanwhile. */
export const errorTranscript = (name: string): string =>
  readFileSync(join(FOLDER, `${name}.stderr.txt`), 'utf8')

export interface Reading {
  readonly reports: readonly OutputReport[]
  readonly summary: OutputSummary
}

export function readAll(reader: OutputReader, text: string, at = RECORDED_AT): Reading {
  const reports = text.split('\n').flatMap((line) => reader.read(line, at))
  const rest = reader.rest?.() ?? []
  return { reports: [...reports, ...rest], summary: reader.finish() }
}

/** The reports of one kind. */
export const only = <K extends OutputReport['kind']>(
  reports: readonly OutputReport[],
  kind: K,
): readonly Extract<OutputReport, { kind: K }>[] =>
  reports.filter((report): report is Extract<OutputReport, { kind: K }> => report.kind === kind)
