/**
 * Whether the agent may do what it asks for. `bypass` allows all, `workspace` reading and editing inside its folder, `ask` reading
 * there; for the rest `ask` wants a person. A task's mode narrows this and never widens it: what a mode forbids nobody is asked for.
 */
import { createHash } from 'node:crypto'
import { assertNever } from '../../base/result.ts'
import type { Permissions } from '../../domain/settings.ts'
import { isInside, isReserved, isSecret } from '../path-rules.ts'
import { reportIn } from '../report-command.ts'
import type { AcpOrder } from './acp-order.ts'

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
