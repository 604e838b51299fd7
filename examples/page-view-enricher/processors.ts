import { ByRegion, Enriched } from './generated/page-view-enricher.js'
import type { EnrichedView } from './generated/types/views/enriched-view.js'

/** A view with its user's region; users without a profile have a region of their own. */
export class WithRegion extends Enriched {
  protected override join(view: Enriched.Left, profile: Enriched.Right): EnrichedView {
    return { page: view.page, region: profile?.region ?? 'unknown' }
  }
}

export class PerRegion extends ByRegion {
  protected override groupKey({ value }: ByRegion.In): string {
    return value.region
  }
}
