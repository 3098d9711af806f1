/** Every request of the agent passes here. What only a person may allow becomes a question; what a person allowed passes once. */
import { actionOf, questionTextOf, type KnownCall } from './action.ts'
import { judgeAction, questionFor, type Action, type Rules } from './permission.ts'

export interface Gate {
  /**
   * Whether it may be done now; a question was asked where it may not for want of an answer. `words` say all of the act, for they are
   * what a person goes by.
   */
  passes(act: Action, text: string): boolean
  passesCall(call: KnownCall): Promise<boolean>
}

export interface GateParts {
  readonly rules: Rules
  /** The question that a person answered with yes. */
  readonly granted: string | null
  readonly onQuestion: (question: string) => void
}

export function createGate({ rules, granted, onQuestion }: GateParts): Gate {
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
    passes: (act, text) => judge(act) ?? (isCarriedOut(act) || isGranted(act, text)),
    async passesCall(call) {
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
