/** Parses JSON and keeps the line of each key and element. A duplicate key is an error: JSON.parse would silently take the last. */
import { printParseErrorCode, visit } from 'jsonc-parser'
import { err, ok, type Result } from '../base/result.ts'
import { nearestLine, type SourceError, type SourcePath } from '../config/toml-source.ts'
import { MAX_JSON_DEPTH } from '../domain/bounds.ts'

interface JsonSource {
  readonly value: unknown
  lineOf(path: SourcePath): number
}

export function parseJson(text: string): Result<JsonSource, SourceError> {
  const source = text.replace(/^\uFEFF/, '')
  try {
    const lines = linesByPath(source)
    const value: unknown = JSON.parse(source)
    return ok({ value, lineOf: (path) => nearestLine(lines, path) })
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const line = error instanceof JsonError ? error.line : 1
    return err({ line, message: `not valid JSON: ${error.message}` })
  }
}

/** Ends the scan, which has no other way to stop early. */
class JsonError extends SyntaxError {
  readonly line: number
  /** `line` counts from 0. */
  constructor(message: string, line: number) {
    super(message)
    this.line = line + 1
  }
}

function linesByPath(source: string): Map<string, number> {
  const lines = new Map<string, number>()
  const keysOfOpenObjects: Set<string>[] = []
  const note = (path: SourcePath, line: number): void => {
    if (path.length > MAX_JSON_DEPTH)
      throw new JsonError(`nested deeper than ${MAX_JSON_DEPTH} levels`, line)
    const id = JSON.stringify(path)
    // The value of a key may begin on a later line than the key.
    if (!lines.has(id)) lines.set(id, line + 1)
  }
  const noteValue = (line: number, path: () => SourcePath): void => note(path(), line)
  const textAt = (offset: number, length: number) => source.slice(offset, offset + length)
  visit(
    source,
    {
      onObjectBegin(...[, , line, , path]) {
        noteValue(line, path)
        keysOfOpenObjects.push(new Set())
      },
      onObjectEnd: () => void keysOfOpenObjects.pop(),
      onObjectProperty(...[key, offset, length, line, , path]) {
        const keys = keysOfOpenObjects.at(-1)
        if (keys?.has(key))
          throw new JsonError(`the key ${textAt(offset, length)} comes twice`, line)
        keys?.add(key)
        note([...path(), key], line)
      },
      onArrayBegin: (...[, , line, , path]) => noteValue(line, path),
      onLiteralValue: (...[, , , line, , path]) => noteValue(line, path),
      onError(...[code, offset, length, line, column]) {
        if (isJson(source.slice(0, offset)))
          throw new JsonError('there is something after its end', line)
        const problem = printParseErrorCode(code)
          .replace(/\B[A-Z]/g, ' $&')
          .toLowerCase()
        const found = length === 0 ? 'the text ends' : `there is ${textAt(offset, length)}`
        throw new JsonError(`${problem} at column ${column + 1}, ${found}`, line)
      },
    },
    { disallowComments: true },
  )
  return lines
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
