/** Executors and models: what works, and with what. One page on a wide window, on which each has its half; else one at a time. */
import { useEffect, useRef, type RefObject } from 'react'
import { HalfContext, useIsWide, useRoute } from '../../model/route.ts'
import { ExecutorsScreen } from './executors/executors-screen.tsx'
import { ModelsScreen } from './models/models-screen.tsx'
import './registry-page.css'

export function RegistryPage() {
  const { screen } = useRoute()
  if (!useIsWide()) return screen === 'models' ? <ModelsScreen /> : <ExecutorsScreen />
  return <Halves screen={screen} />
}

function Halves({ screen }: { readonly screen: string }) {
  const page = useRef<HTMLDivElement>(null)
  useHalfInSight(page, screen)
  return (
    <div ref={page} className="registry-page flex-1 min-h-0">
      <div className="registry-halves">
        <HalfContext value="executors">
          <div className="registry-half" data-half="executors">
            <ExecutorsScreen />
          </div>
        </HalfContext>
        <HalfContext value="models">
          <div className="registry-half" data-half="models">
            <ModelsScreen />
          </div>
        </HalfContext>
      </div>
    </div>
  )
}

/** Goes to the half of the address, and stays there while the lists come in, until the person moves on. */
function useHalfInSight(page: RefObject<HTMLDivElement | null>, screen: string): void {
  useEffect(() => {
    const element = page.current
    const content = element?.firstElementChild
    if (!element || !content) return undefined
    const go = (): void => {
      const list = element.querySelector<HTMLElement>(`[data-half='${screen}'] .registry-list`)
      const bar = element.querySelector<HTMLElement>('.screen-bar')
      if (list && bar) element.scrollTop = list.offsetTop - bar.offsetHeight
    }
    const observer = new ResizeObserver(go)
    const leave = (): void => observer.disconnect()
    observer.observe(content)
    for (const kind of MOVES) element.addEventListener(kind, leave, { once: true, passive: true })
    return () => {
      leave()
      for (const kind of MOVES) element.removeEventListener(kind, leave)
    }
  }, [page, screen])
}

const MOVES = ['wheel', 'pointerdown', 'keydown', 'touchstart'] as const
