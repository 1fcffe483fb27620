import { expect, it } from 'vitest'

const FILES = Object.keys(import.meta.glob('../languages/*.ts'))
const [MANIFEST = ''] = Object.values(
  import.meta.glob<string>('../../public/manifest.webmanifest', {
    eager: true,
    query: '?raw',
    import: 'default',
  }),
)

it('[LA10] the manifest describes the application in each language', () => {
  const manifest = JSON.parse(MANIFEST) as {
    readonly lang: string
    readonly description_localized: { readonly [language: string]: string }
  }
  const described = [manifest.lang, ...Object.keys(manifest.description_localized)]
  const files = described.map((code) => `../languages/${code}.ts`)
  expect(files.toSorted()).toEqual(FILES.toSorted())
})
