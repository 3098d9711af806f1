/** The Changes tab with code of its own, loaded when it is first shown. */
import { lazyPart } from '../ui/lazy-part.tsx'

export const LazyChanges = lazyPart(async () => (await import('./changes-tab.tsx')).ChangesTab)
