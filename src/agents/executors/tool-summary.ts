/** What is shown of a tool call in one line. */
import { oneLine } from '../../domain/output.ts'
import { textAt, type JsonObject } from './json-event.ts'

/** Arguments that say most about a call, the best first. */
const TELLING = [
  'command',
  'file_path',
  'filePath',
  'path',
  'pattern',
  'query',
  'url',
  'description',
  'prompt',
]

export function summaryOf(input: JsonObject | null): string {
  for (const key of TELLING) {
    const value = textAt(input, key)
    if (value !== null) return oneLine(value)
  }
  return ''
}
