/** Where every wish of the agent comes by. What only a person may allow is a question; what one allowed is let through again. */
import type { KnownCall } from './asked-act.ts'
import { actOf, wordsOf } from './asked-act.ts'
import { judgeAct, type Act, type Rules } from './permission.ts'

export interface Gate {
  /** Whether it may; a question was asked where it may not for want of an answer. */
  passes(act: Act, words: string): boolean
  passesCall(call: KnownCall): Promise<boolean>
}

export interface GateParts {
  readonly rules: Rules
  /** The question that a person said yes to. */
  readonly granted: string | null
  readonly onQuestion: (words: string) => void
}

export function createGate({ rules, granted, onQuestion }: GateParts): Gate {
  const acts: Act[] = []
  const passes = (act: Act, words: string): boolean => {
    const verdict = judgeAct(rules, act)
    if (verdict !== 'ask') return verdict === 'allow'
    if (words === granted) acts.push(act)
    if (acts.some((allowed) => covers(allowed, act))) return true
    onQuestion(words)
    return false
  }
  return {
    passes,
    passesCall: async (call) => passes(await actOf(call, rules.cwd), wordsOf(call)),
  }
}

/** A call that was allowed is carried out by further wishes: the file is written, the command is run. */
function covers(allowed: Act, act: Act): boolean {
  if (allowed === act) return true
  if ('paths' in allowed && 'paths' in act)
    return act.paths.length > 0 && act.paths.every((path) => allowed.paths.includes(path))
  if (allowed.kind !== 'run' || act.kind !== 'run' || allowed.line === null) return false
  return act.line?.includes(allowed.line) ?? false
}
