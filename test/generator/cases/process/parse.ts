/** What the manifest imports. */
export function parse(text: string): { readonly user: string } {
  return { user: text }
}
