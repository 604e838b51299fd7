import Handlebars from 'handlebars'
import { templates } from './templates.js'

const compiled = new Map<string, Handlebars.TemplateDelegate>()
const handlebars = Handlebars.create()
for (const [name, text] of Object.entries(templates)) {
  if (name.startsWith('partials/')) handlebars.registerPartial(name.slice('partials/'.length).replace(/\.hbs$/, ''), text)
}

/** Fills a template with a view whose every text is ready. A name that the view does not have throws. */
export function render(template: string, view: object): string {
  let fill = compiled.get(template)
  if (fill === undefined) {
    const source = templates[template]
    if (source === undefined) throw new Error(`There is no template ${template}.`)
    fill = handlebars.compile(source, {
      strict: true,
      noEscape: true,
      preventIndent: true,
      knownHelpersOnly: true,
      knownHelpers: { each: true, if: true, unless: true },
    })
    compiled.set(template, fill)
  }
  return fill(view)
}
