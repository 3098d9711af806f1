/** A window is seldom looked at before its popups are there. The test of what stands for them until then begins without them. */
import { preloadPopups } from '../../../src/renderer/ui/popups.tsx'

await preloadPopups()
