package dev.quarry.reclaim;

import dev.quarry.virtual.cache.ShadowNodes;

/** Forgets what is left of pages that are gone for long: {@code workingset_shadow_shrinker}. */
record ShadowShrinker(ShadowNodes nodes) implements Shrinker {
  @Override
  public long count() {
    return nodes.surplus();
  }

  @Override
  public int seeks() {
    return 0;
  }

  @Override
  public long scan(long objects) {
    return nodes.drop(objects);
  }
}
