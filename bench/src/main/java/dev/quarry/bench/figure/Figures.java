package dev.quarry.bench.figure;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** All figures by their names. */
public final class Figures {
  /** The name that stands for all of them. */
  public static final String ALL = "all";

  private static final List<String> ORDER =
      List.of(
          "P1",
          "P2",
          "P3",
          "P4",
          "P5",
          "P6",
          "CHECKS",
          "PAIR",
          "VMALLOC",
          "V1",
          "V2",
          "V3",
          "V4",
          "V5",
          "RECLAIM",
          "SWAP",
          "COMPACT",
          "POLICIES",
          "B1",
          "B2",
          "G1",
          "R1",
          "R2",
          "REFS",
          "T3");

  private Figures() {}

  /** The names, in the order in which they are measured. */
  public static List<String> names() {
    return ORDER;
  }

  /**
   * The figures that were asked for, in the order in which they are measured.
   *
   * @param asked names in any case; empty, or {@link #ALL}: all of them
   * @param recording what R1 and R2 play
   * @param logs the folder of T3
   * @throws IllegalArgumentException if there is no figure of a name
   */
  public static Map<String, Figure> of(List<String> asked, Path recording, Path logs) {
    List<String> names = asked.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
    for (String name : names) {
      if (!ORDER.contains(name) && !name.equalsIgnoreCase(ALL)) {
        throw new IllegalArgumentException(
            "there is no figure " + name + "; there are " + String.join(", ", ORDER));
      }
    }
    boolean all = names.isEmpty() || names.contains(ALL.toUpperCase(Locale.ROOT));
    Map<String, Figure> figures = new TreeMap<>(Comparator.comparingInt(ORDER::indexOf));
    for (String name : all ? ORDER : names) {
      figures.put(name, make(name, recording, logs));
    }
    return figures;
  }

  private static Figure make(String name, Path recording, Path logs) {
    return switch (name) {
      case "P1" -> new SmallObjects();
      case "P2" -> new MixedObjects();
      case "P3" -> new HandedOver();
      case "P4" -> new LargeBlocks();
      case "P5" -> new MemoryHeld();
      case "P6" -> new Segments();
      case "CHECKS" -> new CheckCosts();
      case "PAIR" -> new Pairs();
      case "VMALLOC" -> new VmallocFigure();
      case "RECLAIM" -> ReclaimFigure.reclaim();
      case "SWAP" -> ReclaimFigure.swap();
      case "POLICIES" -> new PolicyFigure();
      case "COMPACT" -> new CompactionFigure();
      case "V1" -> SpaceFigure.faults();
      case "V2" -> SpaceFigure.mappings();
      case "V3" -> SpaceFigure.protections();
      case "V4" -> SpaceFigure.copies();
      case "V5" -> new TlbFigure();
      case "B1" -> new Boot();
      case "B2" -> new Start();
      case "G1" -> new GrowthFigure();
      case "R1" -> ReplayFigure.ofPages(recording);
      case "R2" -> ReplayFigure.ofSlabEvents(recording);
      case "REFS" -> new RefFigure();
      case "T3" -> new LogFigure(logs);
      default -> throw new IllegalArgumentException("there is no figure " + name);
    };
  }
}
