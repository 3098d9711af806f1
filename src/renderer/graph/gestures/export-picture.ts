/** The graph as a picture file, in the theme of the page. */
import { tokenOf } from '../../ui/theme-tokens.ts'
import type { Session } from '../../model/session/session.ts'
import { download, fileName } from '../../ui/download.ts'
import { showToast } from '../../model/toasts.ts'
import { canvasScene } from '../canvas/camera.ts'
import { readColours } from '../paint/paint-colours.ts'
import { toPicture, type Picture } from './picture.ts'
import { toPng } from './picture-png.ts'
import { toSvg } from './picture-svg.ts'

export async function exportPicture(session: Session, format: 'svg' | 'png'): Promise<void> {
  const picture = drawNow()
  const content = picture && (await contentOf(picture, format))
  if (!content) return showToast('Not exported: this browser could not draw it.', { kind: 'error' })
  const name = fileName(session.yard.getState().summary?.name ?? '', format, new Date())
  download(name, content)
  showToast(`Exported ${name}`)
}

async function contentOf(picture: Picture, format: 'svg' | 'png'): Promise<Blob | null> {
  return format === 'png' ? toPng(picture) : new Blob([toSvg(picture)], { type: 'image/svg+xml' })
}

function drawNow(): Picture | null {
  const { body } = document
  const text = tokenOf(body, '--text')
  const colours = { ...readColours(body), text }
  const context = document.createElement('canvas').getContext('2d')
  return toPicture(canvasScene(), colours, (words, size, weight) => {
    if (!context) return words.length * size * 0.6
    context.font = `${weight} ${size}px ${colours.font}`
    return context.measureText(words).width
  })
}
