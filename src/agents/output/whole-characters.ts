/** Where whole UTF-8 characters begin and end in a piece that was cut out of a file at any byte. */
export interface CharacterBounds {
  readonly begin: number
  readonly end: number
}

const LONGEST = 3 // bytes of a character that a cut can leave behind

/** Leaves out the halves at both ends. Bytes that are no UTF-8 stay; a piece that is nothing but halves stays as it is. */
export function characterBounds(
  bytes: Uint8Array,
  isCut: { readonly before: boolean; readonly after: boolean },
): CharacterBounds {
  let begin = 0
  if (isCut.before)
    while (begin < Math.min(LONGEST, bytes.length) && isContinuation(bytes[begin])) begin += 1
  const end = isCut.after ? bytes.length - halfAtEnd(bytes, begin) : bytes.length
  return end > begin ? { begin, end } : { begin: 0, end: bytes.length }
}

/** How many bytes at the end belong to a character that goes on behind it. */
function halfAtEnd(bytes: Uint8Array, begin: number): number {
  for (let back = 1; back <= Math.min(LONGEST, bytes.length - begin); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (isContinuation(byte)) continue
    return byte >= 0xc0 && back < widthOf(byte) ? back : 0
  }
  return 0
}

const isContinuation = (byte: number | undefined): boolean =>
  byte !== undefined && (byte & 0xc0) === 0x80
const widthOf = (lead: number): number => (lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2)
