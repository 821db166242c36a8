package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Command;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.machine.Presets;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.Zone;
import dev.quarry.slab.SlabAllocator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What may stand at a place of a command. A command's usage tells: {@code alloc_pages GFP
 * [order=N]} has flags first, then an option with a number.
 */
public final class Completions {
  private Completions() {}

  /**
   * The words that fit.
   *
   * @param words the command and its words up to the cursor; the last is incomplete
   */
  public static List<String> of(Registry registry, Session session, List<String> words) {
    if (words.getFirst().equals("expect")) {
      return expect(session, words);
    }
    boolean ofSubject = words.getFirst().endsWith(":");
    if (ofSubject && words.size() == 2) {
      return registry.ofSubjects();
    }
    List<String> own = ofSubject ? words.subList(1, words.size()) : words;
    String name = own.getFirst();
    Command command = ofSubject ? registry.findOfSubject(name) : registry.find(name);
    return command == null ? List.of() : of(registry, session, command, own);
  }

  /** What may begin a line: commands, and processes with their colon. */
  public static List<String> firstWords(Registry registry, Session session) {
    List<String> all = new ArrayList<>(registry.firstWords());
    processes(session).forEach(name -> all.add(name + ":"));
    return all;
  }

  private static List<String> of(
      Registry registry, Session session, Command command, List<String> words) {
    String last = words.getLast();
    int equals = last.indexOf('=');
    if (equals > 0) {
      String key = last.substring(0, equals);
      return optionValues(session, key).stream().map(value -> key + "=" + value).toList();
    }
    long before =
        words.subList(1, words.size() - 1).stream().filter(word -> !word.contains("=")).count();
    String wanted = wanted(command, (int) before);
    List<String> fitting = new ArrayList<>(plain(registry, session, command, wanted, last));
    if (!wanted.isEmpty() && !wanted.startsWith("[")) {
      return fitting; // options may wait until what is needed is there
    }
    for (String option : command.options()) {
      if (option.equals("KEY")) {
        MachineSpecReader.keys().forEach(key -> fitting.add(key + "="));
      } else if (words.stream().noneMatch(word -> word.startsWith(option + "="))) {
        fitting.add(option + "=");
      }
    }
    return fitting;
  }

  private static List<String> expect(Session session, List<String> words) {
    List<String> fitting = new ArrayList<>(values(session, words.getLast()));
    if (words.size() == 2) {
      fitting.addAll(List.of("fails", "works"));
    }
    return fitting;
  }

  /** What the usage calls the word of an index, options left out; empty if it has none. */
  private static String wanted(Command command, int index) {
    List<String> words =
        Arrays.stream(command.usage().split(" ")).filter(word -> !word.contains("=")).toList();
    boolean more = !words.isEmpty() && words.getLast().endsWith("...");
    int at = more ? Math.min(index, words.size() - 1) : index;
    // A length may be left out: what comes behind it may stand there.
    int or = at + 1 < words.size() && words.get(at).equals("[BYTES]") ? at + 1 : at;
    return or < words.size() ? words.get(or) : "";
  }

  /** What fits a word of the usage that is no option. */
  private static List<String> plain(
      Registry registry, Session session, Command command, String wanted, String last) {
    return switch (wanted.replaceAll("[\\[\\].]", "")) {
      case "GFP" -> flags(session, last);
      case "MACHINE" -> Presets.names();
      case "FILE" -> ProcFs.paths();
      case "PICTURE" -> Pictures.names();
      case "NAME" -> registry.names();
      case "CACHE", "WHAT" -> caches(session);
      case "P", "Q" -> processes(session);
      case "WORD" ->
          command.name().equals("mmap") || command.name().equals("steps")
              ? MmapWords.all()
              : List.of();
      case "PROTECTION" -> MmapWords.protections();
      case "ADVICE" -> AdviceCommands.names();
      case "RESULT", "BLOCK", "ADDRESS", "OBJECT", "FROM", "TO" ->
          List.copyOf(session.names().keySet());
      case "VALUE", "FRAME" -> values(session, last);
      case "N" -> command.name().equals("cpu") ? optionValues(session, "cpu") : List.of();
      default -> List.of();
    };
  }

  /** Names, and caches; those of a machine that has made none yet are not known. */
  private static List<String> caches(Session session) {
    List<String> all = new ArrayList<>(session.names().keySet());
    Machine machine = Booted.orNull(session);
    SlabAllocator slab = machine == null ? null : machine.slabOrNull();
    if (slab != null) {
      slab.caches().forEach(cache -> all.add(cache.name()));
    }
    return all;
  }

  /** The names of processes. */
  private static List<String> processes(Session session) {
    return session.names().entrySet().stream()
        .filter(name -> name.getValue() instanceof ProcessValue)
        .map(Map.Entry::getKey)
        .toList();
  }

  /** Flags; behind a {@code |} those that may follow. */
  private static List<String> flags(Session session, String last) {
    Machine machine = Booted.orNull(session);
    KernelRelease release = machine == null ? KernelRelease.DEFAULT : machine.spec().release();
    String before = last.substring(0, last.lastIndexOf('|') + 1);
    return GfpVocabulary.of(release).names().stream().map(name -> before + name).toList();
  }

  /** Names, or behind a point the parts of one. */
  private static List<String> values(Session session, String last) {
    int dot = last.lastIndexOf('.');
    var whole = dot < 0 ? null : session.name(last.substring(0, dot));
    return whole == null
        ? session.usableNames()
        : whole.fields().stream().map(part -> last.substring(0, dot + 1) + part).toList();
  }

  private static List<String> optionValues(Session session, String key) {
    Machine machine = Booted.orNull(session);
    if (machine == null) {
      return List.of();
    }
    return switch (key) {
      case "zone" -> zones(machine);
      case "node" -> numbers(machine.spec().nodes().size());
      case "cpu" -> numbers(machine.cpus().size());
      case "order" -> numbers(machine.spec().maxOrder() + 1);
      default -> List.of();
    };
  }

  private static List<String> zones(Machine machine) {
    return machine.memory().zones().stream()
        .filter(Zone::isPopulated)
        .map(Zone::label)
        .distinct()
        .toList();
  }

  private static List<String> numbers(int count) {
    return IntStream.range(0, Math.min(count, 64)).mapToObj(Integer::toString).toList();
  }
}
