// The package name in scenarios outside of the checkout: `import { scenario } from 'gmemtest'`.
import { registerHooks } from 'node:module'
import { isPackage, moduleEnding } from '../../base/paths.ts'

const packageName = 'gmemtest'
let isOffered = false

/**
 * Lets scenarios import this gmemtest by its name, wherever they are: Node itself finds no package that is installed globally,
 * and a second copy of gmemtest would not know the objects of this one.
 */
export function offerApi(): void {
  if (isOffered) return
  isOffered = true
  const url = new URL(`../../api${moduleEnding}`, import.meta.url).href
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier === packageName ? url : specifier, context)
      // Without a package.json that tells the format, Node would guess it, with a warning for each folder.
      return found.format == null && found.url.endsWith('.ts') ? { ...found, format: 'module-typescript' } : found
    },
  })
  // The compiled scenarios of an npm package have maps to their sources, which the places of failures name.
  if (isPackage) process.setSourceMapsEnabled(true)
}
