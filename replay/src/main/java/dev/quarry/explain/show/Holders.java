package dev.quarry.explain.show;

import dev.quarry.explain.verdict.OomStory;
import dev.quarry.explain.verdict.OomStory.Holder;
import java.util.List;

/**
 * Who held the memory, told apart by what it was and by whose it was: a task's pages are anonymous
 * or a file's, so that the two lists must not be added up.
 */
final class Holders {
  private static final String TASK = "task ";

  private Holders() {}

  /** By what it was: anonymous, slab, free, ... */
  static List<Holder> kinds(OomStory oom) {
    return oom.holders().stream().filter(holder -> !holder.name().startsWith(TASK)).toList();
  }

  /** Whether nobody held it: what is free is listed so that the list adds up. */
  static boolean isFree(Holder holder) {
    return holder.name().equals("free");
  }

  /** By whose it was. */
  static List<Holder> tasks(OomStory oom) {
    return oom.holders().stream()
        .filter(holder -> holder.name().startsWith(TASK))
        .map(h ->
            new Holder(h.name().substring(TASK.length()), h.pages(), h.share(), h.reclaimable()))
        .toList();
  }
}
