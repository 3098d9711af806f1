/** Links in what agents and people wrote. They open in the person's browser, never in the app, and only after the whole address was read and agreed to. */
import { dialog, shell } from 'electron'

const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])
const MOST_SHOWN = 500

/** Null for anything that must not leave the app: other schemes, addresses with a name or password in them, what is too long to be read. */
export function outsideAddress(text: string): string | null {
  const url = URL.parse(text)
  if (url === null || !ALLOWED.has(url.protocol) || url.href.length > MOST_SHOWN) return null
  return url.username === '' && url.password === '' ? url.href : null
}

let isAsking = false

/** One question at a time: a page that asks for many windows gets one answer. */
export async function openOutside(text: string): Promise<void> {
  const address = outsideAddress(text)
  if (address === null || isAsking) return
  isAsking = true
  try {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: 'Open this link outside of Yardmaster?',
      detail: address,
      buttons: ['Open', 'Cancel'],
      defaultId: 1,
      cancelId: 1,
    })
    if (response === 0) await shell.openExternal(address)
  } finally {
    isAsking = false
  }
}
