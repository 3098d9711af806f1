/**
 * How the mock decides what to answer. A request is told what to do by a marker in the newest marked user text, such as
 * `[[mock:tool cmd="echo hi > out.txt"]]`, or by a model named `mock-NAME`; else it answers with a text.
 *
 * text text=…                        answers (also: think, which reasons first)
 * tool cmd=… n=1 · write file=… content=…   calls the CLI's own shell or file tool, then answers
 * answer json=BASE64                calls the tool for structured output with that object where one is offered, else answers with it as text
 * call tool=a,b with-x=…              calls the tools whose names end so, one after the other, each with those of the words that it takes
 * slow chunks=40 delay=500           streams so many pieces, `delay` ms apart
 * hang · hangmid · drop · streamerr  never answers; goes silent, closes, or errs after the first piece
 * quota reset=SECONDS                the account's limit is used up; says when it is reset if asked to
 * overflow · 400 401 403 404 429 500 503 529   that error; `retry-after=SECONDS` sends the header
 * judge id=X says=0.9,broken,hang     what those who judge results answer, one after the other, the last from then on: every dimension with that
 *                                    score (`redo=LINE`: whose notes have the line run), no JSON, silence, or one of the errors above; who does the work passes over it
 * times=N id=X                       with any of these: only the first N requests of that id, then text
 */
import { judgeMarker, judgeTurn, withoutJudgeMarkers } from './judge-turns.ts'

export interface Behaviour {
  readonly name: string
  readonly args: Readonly<Record<string, string>>
}

export interface Tool {
  readonly name: string
  readonly schema: unknown
  /** OpenAI Responses only. */
  readonly namespace?: string
}

/** A request of any protocol, reduced to what decides the answer. */
export interface ModelRequest {
  readonly model: string
  readonly isStream: boolean
  /** The newest user text that has a marker; '' when none has. */
  readonly markedText: string
  /** Tool results since that text. */
  readonly toolResults: number
  readonly tools: readonly Tool[]
  readonly inputTokens: number
  /** All user texts, for the tests to look at. */
  readonly userTexts: readonly string[]
}

export interface Turn {
  readonly thinking: string | null
  readonly text: string
  readonly call: { readonly tool: Tool; readonly args: Record<string, unknown> } | null
}

/** The first marker of a text: a prompt starts with its own task, quotations of others come after. */
export function parseMarker(text: string): Behaviour | null {
  const found = /\[\[mock:([A-Za-z0-9_-]+)((?:\s+[\w-]+=(?:"[^"]*"|[^\s\]]+))*)\s*\]\]/.exec(text)
  if (!found) return null
  const args: Record<string, string> = {}
  for (const pair of (found[2] ?? '').matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s\]]+))/g)) {
    args[pair[1] ?? ''] = pair[2] ?? pair[3] ?? ''
  }
  return { name: found[1] ?? 'text', args }
}

/** Counts `times=N`, and the answers of judges, per server. */
export function createChooser(): (request: ModelRequest) => Behaviour {
  const seen = new Map<string, number>()
  return (request) => {
    const { markedText, toolResults } = request
    const judged = judgeMarker(markedText)
    if (judged !== null) return judgeTurn(parseMarker(judged)?.args ?? {}, toolResults, seen)
    return worker(request, seen)
  }
}

function worker({ markedText, model }: ModelRequest, seen: Map<string, number>): Behaviour {
  const marker = parseMarker(withoutJudgeMarkers(markedText))
  const byModel = /(?:^|[-/])mock-([A-Za-z0-9_-]+)$/.exec(model)?.[1]
  const behaviour = { name: byModel ?? marker?.name ?? 'text', args: marker?.args ?? {} }
  if (behaviour.args.times === undefined) return behaviour
  const key = `${behaviour.name} ${behaviour.args.id ?? ''}`
  const count = (seen.get(key) ?? 0) + 1
  seen.set(key, count)
  return count > Number(behaviour.args.times) ? { ...behaviour, name: 'text' } : behaviour
}

const SHELL_TOOLS = ['Bash', 'exec_command', 'shell_command', 'run_shell_command', 'shell', 'bash']
const WRITE_TOOLS = ['Write', 'write_file', 'write', 'create', 'create_file']

const SPECIAL: Readonly<
  Record<string, (args: Behaviour['args'], request: ModelRequest, text: string) => Turn>
> = {
  think: (_, __, text) => ({ thinking: 'The mock model thinks about it.', text, call: null }),
  answer: answerTurn,
  call: callTurn,
}

export function planTurn(behaviour: Behaviour, request: ModelRequest): Turn {
  const { name, args } = behaviour
  const text = args.text ?? 'Hello from the mock model.'
  const special = SPECIAL[name]
  if (special) return special(args, request, text)
  if (name !== 'tool' && name !== 'write') return { thinking: null, text, call: null }
  const wanted = name === 'write' ? WRITE_TOOLS : SHELL_TOOLS
  const tool = request.tools.find((candidate) => wanted.includes(candidate.name))
  if (!tool) return { thinking: null, text: `(no matching tool offered) ${text}`, call: null }
  if (request.toolResults >= Number(args.n ?? 1)) return { thinking: null, text, call: null }
  return {
    thinking: null,
    text: args.before ?? '',
    call: { tool, args: fillArguments(tool.schema, args) },
  }
}

function callTurn(args: Behaviour['args'], request: ModelRequest, text: string): Turn {
  const wanted = (args.tool ?? '').split(',')[request.toolResults]
  if (wanted === undefined) return { thinking: null, text, call: null }
  const tool = request.tools.find((candidate) => candidate.name.endsWith(wanted))
  if (!tool) return { thinking: null, text: `(no tool ${wanted} offered) ${text}`, call: null }
  const taken = Object.keys(recordOf(field(tool.schema, 'properties')))
  const said = taken.flatMap((key) => {
    const value = args[`with-${key}`]
    return value === undefined ? [] : [[key, value] as const]
  })
  return { thinking: null, text: '', call: { tool, args: Object.fromEntries(said) } }
}

function answerTurn({ json = '' }: Behaviour['args'], request: ModelRequest): Turn {
  const text = Buffer.from(json, 'base64').toString()
  const tool = request.tools.find(({ name }) => /^structured_?output$/i.test(name))
  if (!tool) return { thinking: null, text, call: null }
  if (request.toolResults > 0) return { thinking: null, text: 'Answered.', call: null }
  return { thinking: null, text: '', call: { tool, args: recordOf(JSON.parse(text)) } }
}

/** Arguments that fit the JSON schema with which a CLI advertises its tool. */
function fillArguments(schema: unknown, args: Behaviour['args']): Record<string, unknown> {
  const required = new Set(listOf(field(schema, 'required')))
  const filled: Record<string, unknown> = {}
  for (const [key, property] of Object.entries(recordOf(field(schema, 'properties')))) {
    const type = String(field(property, 'type'))
    if (key === 'command' || key === 'cmd') filled[key] = args.cmd ?? 'echo hi > out.txt'
    else if (/^(file_?path|path)$/i.test(key)) filled[key] = args.file ?? 'out.txt'
    else if (/^(contents?|file_text)$/i.test(key)) filled[key] = args.content ?? 'hi\n'
    else if (key === 'description') filled[key] = 'Mock tool call'
    else if (required.has(key)) filled[key] = emptyOf(type)
  }
  return filled
}

function emptyOf(type: string): unknown {
  if (type === 'boolean') return false
  if (type === 'number' || type === 'integer') return 1
  if (type === 'array') return []
  return type === 'object' ? {} : 'mock'
}

export const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const field = (value: unknown, key: string): unknown => recordOf(value)[key]
export const countTokens = (value: unknown): number =>
  Math.max(1, Math.ceil((JSON.stringify(value) ?? '').length / 4))
export const piecesOf = (text: string, size = 12): readonly string[] =>
  text.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? ['']

/** The text of a message's content in any of the protocols. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  const texts = listOf(content).map((part) => field(part, 'text'))
  return texts.filter((text) => typeof text === 'string').join('\n')
}
