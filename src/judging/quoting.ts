/** Texts of others in a prompt: quoted line by line, and of bounded size. */
import { oneLine } from '../base/text.ts'

/** One heading with its parts; nothing where all of them are empty. */
export function section(name: string, parts: readonly string[]): string {
  const text = parts.filter((part) => part !== '').join('\n')
  return text === '' ? '' : `## ${name}\n\n${text}`
}

const QUOTE = '│ '

/** Sections in their order, a blank line between; cut in the middle where they are longer than `most` together. */
export function prompt(sections: readonly string[], most: number): string {
  // What is left of a line that the cut goes through has lost the sign that it is quoted.
  return cutMiddle(sections.filter((each) => each !== '').join('\n\n'), most, QUOTE)
}

/** No line of it can be taken for one of ours. */
export const quoted = (text: string): string =>
  text
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => `${QUOTE}${line}`)
    .join('\n')

const PLAIN = /^[\p{L}\p{N}_./@+~()[\]-]{1,500}$/u

/** A name that others gave, within a line of ours: what is no plain name stands in quotes, so that it ends where it ends. */
export const nameOf = (name: string): string =>
  PLAIN.test(name) ? name : JSON.stringify(oneLine(name, 500))

export const tailOf = (text: string, most: number): string =>
  text.length <= most ? text : `…${text.slice(1 - most).toWellFormed()}`

/** `before`: what the second half begins with. */
export function cutMiddle(text: string, most: number, before = ''): string {
  if (text.length <= most) return text
  const gap = `\n… ${text.length - most} characters are left out …\n${before}`
  const half = Math.max(0, Math.floor((most - gap.length) / 2))
  const start = text.slice(0, half).toWellFormed()
  return `${start}${gap}${text.slice(text.length - half).toWellFormed()}`
}
