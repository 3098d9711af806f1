/** Ids of messages that the yard writes by itself, made from what they are about, so that the same cause gives the same id. */
import type { MessageId } from './message.ts'

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A ULID: its time, then 80 bits that a hash of `seed` gives. */
export const derivedMessageId = (at: number, seed: string): MessageId =>
  `${timeDigits(at)}${hashDigits(`a${seed}`)}${hashDigits(`b${seed}`)}` as MessageId

function timeDigits(at: number): string {
  let [rest, text] = [Math.max(0, Math.floor(at)), '']
  for (let i = 0; i < 10; i += 1) {
    text = `${DIGITS[rest % 32]}${text}`
    rest = Math.floor(rest / 32)
  }
  return text
}

/** 40 bits: two rounds of 32-bit FNV-1a that end with a mix of their bits. */
function hashDigits(seed: string): string {
  const [low, high] = [fnv(seed), fnv(`${seed}\0`)]
  let text = ''
  for (let i = 0; i < 4; i += 1)
    text += `${DIGITS[(low >>> (i * 5)) & 31]}${DIGITS[(high >>> (i * 5)) & 31]}`
  return text
}

function fnv(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39)
  return (hash ^ (hash >>> 15)) >>> 0
}
