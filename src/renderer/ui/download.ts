/** Gives the person a file to keep. */

/** `name` as the file is called in the folder of downloads. */
export function download(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // The browser reads it after the click, in its own time.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** `atlas-2026-11-21.svg`: of the yard's name only what every system takes in a file's name. */
export function fileName(yard: string, ending: string, now: Date): string {
  const safe = yard.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[-.]+|[-.]+$/g, '')
  // Swedish dates are those of ISO 8601, in the zone of the page.
  const day = now.toLocaleDateString('sv')
  return `${safe || 'yard'}-${day}.${ending}`
}
