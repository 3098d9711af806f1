/** JSON text as plain values that know the line they stand on. A key that comes twice is a fault, not a silent winner. */
import { err, ok, type Result } from '../base/result.ts'
import { MAX_JSON_DEPTH } from '../domain/bounds.ts'
import { nearestLine, type SourceError, type SourcePath } from '../config/toml-source.ts'

export interface JsonSource {
  readonly value: unknown
  lineOf(path: SourcePath): number
}

export function parseJson(text: string): Result<JsonSource, SourceError> {
  const source = text.replace(/^\uFEFF/, '')
  const lines = new Map<string, number>()
  const fault = scan(source, lines)
  if (fault) return err(fault)
  const value: unknown = JSON.parse(source)
  return ok({ value, lineOf: (path) => nearestLine(lines, path) })
}

class ScanError extends Error {
  readonly at: number
  constructor(message: string, at: number) {
    super(message)
    this.at = at
  }
}

function scan(text: string, lines: Map<string, number>): SourceError | null {
  try {
    readDocument(createTokens(text), lines)
    return null
  } catch (error) {
    if (!(error instanceof ScanError)) throw error
    return { line: text.slice(0, error.at).split('\n').length, message: error.message }
  }
}

// A raw control character cannot stand in a string of JSON, hence the class.
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const PLAIN = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const SPACE = /[ \t\r\n]*/y

interface Tokens {
  readonly line: number
  fail(message: string): never
  /** What the pattern matches here, or null. */
  take(pattern: RegExp): string | null
  /** One of the signs, after space; fails otherwise. */
  sign(signs: string): string
  /** The next sign after space, not taken; empty at the end. */
  peek(): string
}

function createTokens(text: string): Tokens {
  let at = 0
  let line = 1
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found ?? null
  }
  const fail = (message: string): never => {
    throw new ScanError(`not valid JSON: ${message}`, at)
  }
  const peek = (): string => {
    line += take(SPACE)?.split('\n').length ?? 1
    line--
    return text[at] ?? ''
  }
  return {
    get line() {
      return line
    },
    take,
    fail,
    peek,
    sign(signs) {
      const sign = peek()
      const found = sign === '' ? 'the text ends' : `there is ${JSON.stringify(sign)}`
      if (sign === '' || !signs.includes(sign))
        fail(`where ${[...signs].join(' or ')} is due, ${found}`)
      at++
      return sign
    },
  }
}

/** Checks the grammar and notes where each key and element begins. */
function readDocument(tokens: Tokens, lines: Map<string, number>): void {
  const path: (string | number)[] = []
  const within = (key: string | number, body: () => void): void => {
    path.push(key)
    if (path.length > MAX_JSON_DEPTH) tokens.fail(`nested deeper than ${MAX_JSON_DEPTH} levels`)
    lines.set(JSON.stringify(path), tokens.line)
    body()
    path.pop()
  }
  const member = (seen: Set<string>): void => {
    const raw = tokens.peek() === '"' ? tokens.take(STRING) : null
    if (raw === null) return tokens.fail('a key in double quotes is due')
    const key = String(JSON.parse(raw))
    if (seen.has(key)) tokens.fail(`the key ${raw} comes twice`)
    seen.add(key)
    within(key, () => {
      tokens.sign(':')
      value()
    })
  }
  const object = (): void => {
    const seen = new Set<string>()
    tokens.sign('{')
    if (tokens.peek() === '}') return void tokens.sign('}')
    do member(seen)
    while (tokens.sign(',}') === ',')
  }
  const array = (): void => {
    tokens.sign('[')
    if (tokens.peek() === ']') return void tokens.sign(']')
    let index = 0
    do {
      tokens.peek()
      within(index++, value)
    } while (tokens.sign(',]') === ',')
  }
  const value = (): void => {
    const sign = tokens.peek()
    if (sign === '{') return object()
    if (sign === '[') return array()
    if (tokens.take(STRING) === null && tokens.take(PLAIN) === null)
      tokens.fail(sign === '' ? 'the text ends too early' : `unexpected ${JSON.stringify(sign)}`)
  }
  value()
  if (tokens.peek() !== '') tokens.fail('there is something after its end')
}
