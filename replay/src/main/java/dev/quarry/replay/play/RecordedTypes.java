package dev.quarry.replay.play;

import dev.quarry.physical.MigrateType;
import dev.quarry.replay.snapshot.PageTypeInfo;
import dev.quarry.replay.snapshot.Snapshot;
import java.util.List;

/**
 * Translates the recorded kernel's numbers of migrate types: what follows HighAtomic depends on
 * whether it was built with CMA, which the header of its pagetypeinfo tells.
 */
final class RecordedTypes {
  private RecordedTypes() {}

  static int of(Snapshot snapshot, int recorded) {
    if (recorded <= MigrateType.HIGHATOMIC) {
      return recorded;
    }
    List<String> names = snapshot.pageTypeInfo().map(PageTypeInfo::migrateTypes).orElse(List.of());
    int type = recorded < names.size() ? MigrateType.ofLabel(names.get(recorded)) : -1;
    return type >= 0 ? type : MigrateType.ISOLATE;
  }
}
