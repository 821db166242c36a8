package dev.quarry.explain.remedy;

import dev.quarry.explain.verdict.Remedy;
import java.util.List;

/** Something that can be changed in a machine, or in a request. */
interface Knob {
  /** The smallest change that helps, or why none does; empty where there is nothing to change. */
  List<Remedy> search(Experiment experiment);
}
