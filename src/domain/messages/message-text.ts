/** A message as an agent is shown it: quoted line by line, so that it can be read and never taken for an order of the yard. */
import { quote } from '../../base/text.ts'
import type { TurnMessage } from '../executor.ts'
import { toUnit } from '../format.ts'
import { oneLine } from '../output.ts'
import { MAX_MESSAGE } from './message.ts'

/** UTF-16 units of the changes that go with one. */
const MAX_DIFF_TEXT = 30_000

/** How to answer one, where `yard` is how the reader calls our command line. */
export const replyHint = (yard: string): string =>
  `Answer one with \`${yard} msg reply ID "text"\`, write to somebody with \`${yard} msg send NAME "text"\`.`

export function messageText(message: TurnMessage, now: number): string {
  const { id, at, from, kind, priority, task, text, diff, repeats } = message
  const facts = [
    kind,
    ...(priority === 'normal' ? [] : [priority]),
    `${ageText(now - at)} ago`,
    ...(task === null ? [] : [`about task ${task}`]),
    ...(repeats === 0 ? [] : [repeatText(repeats)]),
  ]
  const changes = diff === null ? '' : `\n\nIts changes:\n\n${quote(diff, MAX_DIFF_TEXT)}`
  return `### ${id} from ${oneLine(from)} (${facts.join(', ')})\n\n${quote(text, MAX_MESSAGE)}${changes}`
}

/** `repeats`: turns that took it before. */
export const repeatText = (repeats: number): string =>
  `${ordinal(repeats + 1)} time: the last turn that took it ended badly`

const ordinal = (n: number): string => `${n}${n === 2 ? 'nd' : n === 3 ? 'rd' : 'th'}`

/** `45s`, `12m`, `3h`, `2d` */
export function ageText(ms: number): string {
  const unit = ms < 60_000 ? 's' : ms < 3_600_000 ? 'm' : ms < 86_400_000 ? 'h' : 'd'
  return `${Math.floor(toUnit(Math.max(0, ms), unit))}${unit}`
}
