/** The action of a tool call, as far as the agent describes it. */
import { resolve } from 'node:path'
import type { ToolCallUpdate } from '@agentclientprotocol/sdk'
import { YARD_SERVER, YARD_TOOLS } from '../executors/launch/program.ts'
import { JsonObject } from '../executors/readers/reader.ts'
import { isInside, isReserved, isSecret, reportIn, whereItLeads } from '../tool-rules.ts'
import { createHash } from 'node:crypto'
import { assertNever } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import type { AcpOrder } from './acp-order.ts'

/** All that is known about a call: its first report and all updates, the latest value of each field. */
export type KnownCall = Omit<ToolCallUpdate, '_meta'>

const PATH_KEYS = ['file_path', 'filePath', 'filepath', 'path', 'abs_path', 'absolute_path']
/** Names that common agents give to the argument with the command. */
const LINE_KEYS = ['command', 'cmd', 'script']
const FOLDER_KEYS = ['cwd', 'workdir', 'working_directory', 'directory', 'dir']

export async function actionOf(call: KnownCall, cwd: string): Promise<Action> {
  switch (call.kind) {
    case 'read':
    case 'search':
      return { kind: 'read', paths: await pathsOf(call, cwd) }
    case 'edit':
    case 'delete':
    case 'move':
      return { kind: 'write', paths: await pathsOf(call, cwd) }
    case 'execute':
      return { kind: 'run', line: lineOf(call), ...(await folderOf(call, cwd)) }
    case 'think':
      return { kind: 'think' }
    default:
      if (isOwnTool(call)) return { kind: 'report' }
      // The agent gives no kind, but the diff that it will write.
      return diffPaths(call).length > 0
        ? { kind: 'write', paths: await pathsOf(call, cwd) }
        : { kind: 'other' }
  }
}

/** The shell line of a command; null when it does not say. */
export function lineOf(call: KnownCall): string | null {
  const input = new JsonObject(call.rawInput)
  for (const key of LINE_KEYS) {
    const said = input.get(key)
    if (typeof said === 'string') return said
    if (isWords(said)) return lineOfArguments(said)
  }
  return null
}

/** A program and its arguments as a shell line; for `sh -c LINE` that is LINE. */
export function lineOfArguments(words: readonly string[]): string {
  const [program = '', flag = '', line = ''] = words
  const isShell = /^(?:\/bin\/|\/usr\/bin\/)?(?:sh|bash|dash|zsh)$/.test(program)
  if (words.length === 3 && isShell && /^-l?c$/.test(flag)) return line
  return words.map(quoted).join(' ')
}

/** Not `shellWord`: the permission rules read the line back, so the words that stay unquoted are theirs to choose. */
const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`

/** Names the whole action, with the same text each time. */
export function questionTextOf(call: KnownCall, act: Action): string {
  const kind = call.kind ?? 'use a tool'
  return `May it ${VERBS[kind] ?? kind}: ${whatOf(call, act)}?`
}

function whatOf(call: KnownCall, act: Action): string {
  if (act.kind === 'run' && act.line !== null) return commandText(act.line, act)
  if ('paths' in act && act.paths.length > 0) return act.paths.join(', ')
  const name = call.title ?? call.name ?? call.toolCallId
  return call.rawInput === undefined ? name : `${name} ${JSON.stringify(call.rawInput)}`
}

/** A command with its own folder and variables. */
export const commandText = (
  line: string,
  { folder, env = [] }: Pick<Extract<Action, { kind: 'run' }>, 'folder' | 'env'>,
): string =>
  [
    line,
    ...(folder === undefined ? [] : [`in ${folder}`]),
    ...(env.length === 0 ? [] : [`with ${env.map(quoted).join(' ')}`]),
  ].join(' ')

const VERBS: Readonly<Record<string, string>> = {
  execute: 'run',
  fetch: 'fetch from the network',
  switch_mode: 'change its mode',
  other: 'use a tool',
}

/**
 * A tool of ours. The protocol does not say whose a tool is, so only what names our server counts: the agent's own name of the tool
 * (`mcp__yard__yard_log`, `yard_yard_log`), or a title in one of the forms that agents make of server and tool, which a tool that is
 * called like ours has not. Any other is for the policy, and so is one that brings a command or files, as none of ours does.
 */
const isOwnTool = (call: KnownCall): boolean =>
  (call.kind ?? 'other') === 'other' &&
  (call.content ?? []).every((item) => item.type === 'content') &&
  (call.locations ?? []).length === 0 &&
  lineOf(call) === null &&
  argumentPaths(new JsonObject(call.rawInput)).length === 0 &&
  namesOurs(call)

function namesOurs({ name, title }: KnownCall): boolean {
  if (name != null && name !== '') return BY_NAME.test(name) || isBareOf(name, title)
  return BY_NAME.test(title ?? '') || BY_TITLE.test(title ?? '')
}

/** An agent that leaves the server out of a tool's name has it in the title. */
const isBareOf = (name: string, title: string | null | undefined): boolean =>
  YARD_TOOLS.includes(name) && title === `${name} (${YARD_SERVER} MCP Server)`

const OURS = YARD_TOOLS.join('|')
const BY_NAME = new RegExp(`^(?:mcp_+)?${YARD_SERVER}_+(?:${OURS})$`)
const BY_TITLE = new RegExp(`^(?:${OURS}) \\(${YARD_SERVER} MCP Server\\)$`)

/** Only where it differs from the agent's own folder. */
async function folderOf(call: KnownCall, cwd: string): Promise<{ folder?: string }> {
  const input = new JsonObject(call.rawInput)
  const named = FOLDER_KEYS.flatMap((key) => input.text(key) ?? [])[0]
  if (named === undefined || named === '') return {}
  const folder = await leading(named, cwd)
  return folder === cwd ? {} : { folder }
}

async function pathsOf(call: KnownCall, cwd: string): Promise<string[]> {
  const named = [
    ...(call.locations ?? []).map((location) => location.path),
    ...diffPaths(call),
    ...argumentPaths(new JsonObject(call.rawInput)),
  ]
  return Promise.all([...new Set(named)].map((path) => leading(path, cwd)))
}

/** A path that cannot be resolved, or begins with `~`, counts as outside. */
const leading = async (path: string, cwd: string): Promise<string> =>
  path.startsWith('~') ? '/' : whereItLeads(resolve(cwd, path)).catch(() => '/')

const diffPaths = (call: KnownCall): string[] =>
  (call.content ?? []).flatMap((item) => (item.type === 'diff' ? [item.path] : []))

const argumentPaths = (input: JsonObject): string[] =>
  [input, ...input.objects('edits')].flatMap((from) =>
    PATH_KEYS.flatMap((key) => from.text(key) ?? []),
  )

const isWords = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((word) => typeof word === 'string')

// Every request of the agent passes here. What only a person may allow becomes a question; what a person allowed passes once.

export type Gate = ReturnType<typeof createGate>

interface GateParts {
  readonly rules: Rules
  /** The question that a person answered with yes. */
  readonly granted: string | null
  readonly onQuestion: (question: string) => void
}

export function createGate({ rules, granted, onQuestion }: GateParts) {
  let grant = granted
  let allowed: Action[] = []
  /** Null where the rules leave the decision to a person. */
  const judge = (act: Action): boolean | null => {
    const verdict = judgeAction(rules, act)
    return verdict === 'ask' ? null : verdict === 'allow'
  }
  const isGranted = (act: Action, text: string): boolean => {
    const question = questionFor(act, text)
    if (question === null) return false
    if (question !== grant) {
      onQuestion(question)
      return false
    }
    grant = null
    return true
  }
  /** An allowed call leads to further requests: the file is written, the command is run. Each of them passes once. */
  const isCarriedOut = (act: Action): boolean => {
    const rest = allowed.map((one) => without(one, act))
    const isFound = rest.some((left, at) => left !== allowed[at])
    allowed = rest.filter((left) => left !== null)
    return isFound
  }
  return {
    /**
     * Whether it may be done now; a question was asked where it may not for want of an answer. `text` says all of the act, for it is
     * what a person goes by.
     */
    passes: (act: Action, text: string): boolean =>
      judge(act) ?? (isCarriedOut(act) || isGranted(act, text)),
    async passesCall(call: KnownCall): Promise<boolean> {
      const act = await actionOf(call, rules.cwd)
      const judged = judge(act)
      if (judged !== null) return judged
      if (!isGranted(act, questionTextOf(call, act))) return false
      allowed.push(act)
      return true
    },
  }
}

/** What remains of an allowed action once `act` was done: itself where `act` is no part of it, null where nothing remains. */
function without(allowed: Action, act: Action): Action | null {
  if (allowed.kind === 'run')
    return act.kind === 'run' && act.line !== null && isSame(allowed, act) ? null : allowed
  if (!('paths' in allowed) || !('paths' in act) || allowed.kind !== act.kind) return allowed
  if (act.paths.length === 0 || !act.paths.every((path) => allowed.paths.includes(path)))
    return allowed
  const paths = allowed.paths.filter((path) => !act.paths.includes(path))
  return paths.length === 0 ? null : { ...allowed, paths }
}

type Run = Extract<Action, { kind: 'run' }>

const isSame = (a: Run, b: Run): boolean => {
  const whole = ({ line, folder, env = [] }: Run) => JSON.stringify([line, folder ?? null, env])
  return whole(a) === whole(b)
}

// Whether the agent may do what it asks for. `bypass` allows all, `workspace` reading and editing inside its folder, `ask` reading
// there; for the rest `ask` wants a person. A task's mode narrows this and never widens it: what a mode forbids nobody is asked for.

/**
 * An act as far as it is known. Paths have had their links followed; `line` is a shell line, run in `folder` where it is not the
 * agent's own, with variables `env` of its own (NAME=value).
 */
export type Action =
  | { readonly kind: 'read' | 'write'; readonly paths: readonly string[] }
  | {
      readonly kind: 'run'
      readonly line: string | null
      readonly folder?: string
      readonly env?: readonly string[]
    }
  /** Nothing but its own head is touched, or it reports to us; for that we have rules of our own. */
  | { readonly kind: 'think' | 'report' }
  | { readonly kind: 'other' }

export type Verdict = 'allow' | 'refuse' | 'ask'

export interface Rules {
  readonly permissions: Permissions
  readonly mode: AcpOrder['mode']
  /** With its links followed. */
  readonly cwd: string
}

export function judgeAction(rules: Rules, act: Action): Verdict {
  if (rules.mode === 'answer') return act.kind === 'think' ? 'allow' : 'refuse'
  return judgeOfTask(rules, act)
}

function judgeOfTask(rules: Rules, act: Action): Verdict {
  const { permissions, mode, cwd } = rules
  switch (act.kind) {
    case 'think':
    case 'report':
      return 'allow'
    case 'read':
      if (mode === 'bare') return 'refuse'
      return permissions === 'bypass' || act.paths.every((path) => isOpen(cwd, path))
        ? 'allow'
        : beyond(rules)
    case 'write':
      if (mode !== 'full') return 'refuse'
      return permissions === 'workspace' && isOwnFiles(cwd, act.paths) ? 'allow' : beyond(rules)
    case 'run':
      if (isReport(act)) return 'allow'
      return mode === 'full' ? beyond(rules) : 'refuse'
    case 'other':
      return mode === 'full' ? beyond(rules) : 'refuse'
    default:
      return assertNever(act)
  }
}

function beyond({ permissions }: Rules): Verdict {
  if (permissions === 'bypass') return 'allow'
  return permissions === 'ask' ? 'ask' : 'refuse'
}

/** An edit without paths is not one of its own files. */
const isOwnFiles = (cwd: string, paths: readonly string[]): boolean =>
  paths.length > 0 && paths.every((path) => isInside(cwd, path) && !isReserved(cwd, path))

const isOpen = (cwd: string, path: string): boolean => isInside(cwd, path) && !isSecret(cwd, path)

/**
 * One plain call of our own command line, by which it reports; that one has rules of its own for agents. A variable or a folder of
 * its own may make another thing of a harmless line.
 */
const isReport = ({ line, folder, env = [] }: Extract<Action, { kind: 'run' }>): boolean =>
  line !== null && folder === undefined && env.length === 0 && reportIn(line) !== null

// The question for a permission that was not answered while the agent ran, and the answer that its next agent is given. The question
// shows the whole action and bears its digest, so that an answer applies to this action alone.

/** UTF-16 units. A longer question cannot be shown whole, and so cannot be allowed by a person. */
const MAX_QUESTION = 4000
const ENDING = / \(the answer "allow" lets it, once; act [0-9a-f]{32}\)$/

/** The text for a person; null where it is too long. The same action in the same words gives the same question. */
export function questionFor(act: Action, text: string): string | null {
  const digest = createHash('sha256')
    .update(JSON.stringify([act, text]))
    .digest('hex')
  const question = `${visible(text)} (the answer "allow" lets it, once; act ${digest.slice(0, 32)})`
  return question.length <= MAX_QUESTION ? question : null
}

/** The question where the answer is a yes; null otherwise. */
export function grantedBy(question: string, answer: string): string | null {
  if (!ENDING.test(question)) return null
  return /^\s*["']?(?:allow|yes|ok|okay)\b/i.test(answer) ? question : null
}

/** On one line, with invisible characters escaped. */
const visible = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/\r?\n/g, '⏎')
    .replaceAll(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
      (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`,
    )
