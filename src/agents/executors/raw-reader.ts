/** Reads the output of programs that speak no event format: each line is itself. */
import { clip } from '../../domain/output.ts'
import { EMPTY_SUMMARY, type OutputReader } from './executor.ts'

export const createRawReader = (): OutputReader => ({
  read: (line) => (line === '' ? [] : [{ kind: 'raw', stream: 'stdout', text: clip(line) }]),
  finish: () => EMPTY_SUMMARY,
})
