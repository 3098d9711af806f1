/**
 * Masks a text that was cut before anybody looked for secrets in it. No mask knows half of a secret, so what stands at the cut is left out:
 * a fifth of the text, at most so many characters, and on to the end of the line as far as that leaves half of the text.
 */
import type { Mask } from '../../domain/mask.ts'

/** Which ends of the text are no ends of what it was cut from. */
export interface Cut {
  readonly start?: boolean
  readonly end?: boolean
}

/** UTF-16 units: a key of 4096 bits as text, and half as much again. */
const MOST = 5000

export function cleanPart(mask: Mask, text: string, { start = false, end = false }: Cut): string {
  // Masked first: what is left out must not end in the middle of the next secret.
  const masked = mask(text)
  const from = start ? behindCut(masked) : 0
  const to = end ? Math.max(from, masked.length - behindCut(reversed(masked))) : masked.length
  return `${from > 0 ? '…' : ''}${masked.slice(from, to).toWellFormed()}${to < masked.length ? '…' : ''}`
}

function behindCut(text: string): number {
  const at = text.indexOf('\n', Math.min(MOST, Math.floor(text.length / 5)))
  const most = Math.min(MOST, Math.ceil(text.length / 2))
  return at < 0 || at >= most ? most : at + 1
}

const reversed = (text: string): string => text.split('').toReversed().join('')
