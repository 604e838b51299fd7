/** Of the version that runs on Node 20, which comes without types. */
declare module 'amaro' {
  export function transformSync(source: string, options: { readonly mode: 'strip-only' }): { readonly code: string }
}
