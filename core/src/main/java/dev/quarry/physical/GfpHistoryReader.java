package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the table of {@link GfpHistory}: applies each release's changes to the one before. */
final class GfpHistoryReader {
  private final List<GfpEra> eras = new ArrayList<>();
  private final Map<String, Long> bits = new LinkedHashMap<>();
  private final Map<String, List<String>> formulas = new LinkedHashMap<>();
  private List<String> order = new ArrayList<>();
  private boolean orderIsComplete = true;
  private KernelRelease since = new KernelRelease(0, 0);

  List<GfpEra> read(String table) {
    for (String line : table.lines().filter(line -> !line.isBlank()).toList()) {
      List<String> words = List.of(line.strip().split(" +"));
      List<String> rest = words.subList(1, words.size());
      switch (words.getFirst()) {
        case "since" -> next(KernelRelease.parse(rest.getFirst()));
        case "bits" -> rest.forEach(this::bit);
        case "gone" -> rest.forEach(this::gone);
        case "order" -> order(rest);
        default -> formulas.put(words.getFirst(), rest.subList(1, rest.size()));
      }
    }
    next(since);
    return List.copyOf(eras);
  }

  /** What was read so far is an era of its own; what follows belongs to the next. */
  private void next(KernelRelease release) {
    if (!bits.isEmpty()) {
      eras.add(new GfpEra(since, bitsUpwards(), composites(), printed()));
    }
    since = release;
    orderIsComplete = true;
  }

  private void bit(String text) {
    String[] parts = text.split("=");
    bits.put(parts[0], 1L << Integer.parseInt(parts[1]));
  }

  private void gone(String name) {
    if (bits.remove(name) == null) {
      formulas.remove(name);
    }
  }

  private void order(List<String> names) {
    if (orderIsComplete) {
      order = new ArrayList<>();
      orderIsComplete = false;
    }
    order.addAll(names);
  }

  private List<GfpEra.Word> bitsUpwards() {
    return bits.entrySet().stream()
        .map(bit -> new GfpEra.Word("__GFP_" + bit.getKey(), bit.getValue(), 0))
        .sorted(Comparator.comparingLong(GfpEra.Word::mask))
        .toList();
  }

  private List<GfpEra.Word> composites() {
    return formulas.keySet().stream().map(this::composite).toList();
  }

  private GfpEra.Word composite(String name) {
    long mask = 0;
    long takesToo = 0;
    for (String part : formulas.getOrDefault(name, List.of())) {
      GfpEra.Word word =
          part(part.startsWith("-") || part.startsWith("?") ? part.substring(1) : part);
      takesToo |= part.startsWith("?") ? word.mask() : word.takesToo();
      if (part.startsWith("-")) {
        mask &= ~word.mask();
      } else if (!part.startsWith("?")) {
        mask |= word.mask();
      }
    }
    return new GfpEra.Word(name, mask, takesToo);
  }

  private GfpEra.Word part(String name) {
    Long bit = bits.get(name);
    return bit == null ? composite(name) : new GfpEra.Word(name, bit, 0);
  }

  private List<GfpEra.Word> printed() {
    Map<String, GfpEra.Word> known = new LinkedHashMap<>();
    composites().forEach(word -> known.put(word.name(), word));
    List<GfpEra.Word> upwards = bitsUpwards();
    upwards.forEach(word -> known.put(word.name(), word));
    List<GfpEra.Word> printed = new ArrayList<>();
    for (String name : order) {
      GfpEra.Word word = known.get(name);
      if (name.equals("*")) {
        printed.addAll(upwards);
      } else if (word != null) {
        printed.add(word);
      }
    }
    return printed;
  }
}
