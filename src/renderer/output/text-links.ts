/** Addresses and known files in a text that a program wrote. Only http and https are addresses, and none with a user name in it. */
import type { KnownFiles } from './output-context.ts'

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'address'; readonly text: string; readonly href: string }
  | { readonly kind: 'file'; readonly text: string; readonly open: () => void }

/** No blanks, quotes, controls, or characters that turn the direction of text. */
const ADDRESS =
  /\bhttps?:\/\/[^\s<>"'`\\^{}|\p{Cc}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/giu
/** What may be a path. `:` ends it, because a line number often follows. */
const WORD = /[^\s"'`()<>[\]{}:,;|=*]+/g
/** A longer text is searched for addresses only in its beginning. */
const MAX_SEARCHED = 20_000

export function textParts(text: string, files: KnownFiles): readonly TextPart[] {
  const parts: TextPart[] = []
  const searched = text.slice(0, MAX_SEARCHED)
  let from = 0
  for (const { 0: found, index } of searched.matchAll(ADDRESS)) {
    const shown = withoutEnd(found)
    const href = safeHref(shown)
    if (href === null) continue
    parts.push(...fileParts(text.slice(from, index), files))
    parts.push({ kind: 'address', text: shown, href })
    from = index + shown.length
  }
  return [...parts, ...fileParts(text.slice(from), files)]
}

/** Without the punctuation of the sentence around it. */
function withoutEnd(address: string): string {
  const bare = address.replace(/[.,;:!?]+$/, '')
  const isOpened = (sign: string): boolean => bare.includes(sign)
  if (bare.endsWith(')') && !isOpened('(')) return withoutEnd(bare.slice(0, -1))
  if (bare.endsWith(']') && !isOpened('[')) return withoutEnd(bare.slice(0, -1))
  return bare
}

function safeHref(text: string): string | null {
  const url = URL.parse(text)
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return null
  return url.username === '' && url.password === '' ? url.href : null
}

function fileParts(text: string, { openers, folder }: KnownFiles): readonly TextPart[] {
  if (text === '') return []
  if (openers.size === 0) return [{ kind: 'text', text }]
  const parts: TextPart[] = []
  let from = 0
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const shown = word.replace(/\.+$/, '')
    const open = openers.get(pathOf(shown, folder))
    if (open === undefined) continue
    if (index > from) parts.push({ kind: 'text', text: text.slice(from, index) })
    parts.push({ kind: 'file', text: shown, open })
    from = index + shown.length
  }
  return from < text.length ? [...parts, { kind: 'text', text: text.slice(from) }] : parts
}

function pathOf(word: string, folder: string | null): string {
  const below =
    folder !== null && word.startsWith(`${folder}/`) ? word.slice(folder.length + 1) : word
  return below.replace(/^\.\//, '')
}
