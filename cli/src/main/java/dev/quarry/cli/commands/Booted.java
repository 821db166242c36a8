package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Processes;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Nearest;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.Zone;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine that a session has booted, and the CPU on which its commands run. */
final class Booted implements AutoCloseable {
  private @Nullable Machine machine;
  private @Nullable TaskPolicy policies;
  private @Nullable FreeHistory history;
  private int cpu;

  static Booted of(Session session) {
    return session.attached(Booted.class, Booted::new);
  }

  /** The session's machine, or null before the first {@code boot}. */
  static @Nullable Machine orNull(Session session) {
    return of(session).machine;
  }

  /** The session's machine. */
  static Machine machine(Session session) {
    Machine machine = of(session).machine;
    if (machine == null) {
      throw new IllegalStateException("no machine is booted; begin with: boot laptop");
    }
    Processes processes = machine.processesOrNull();
    if (processes != null) {
      if (of(session).history == null) {
        of(session).history = new FreeHistory(machine);
      }
      processes.exitKilled(machine.cpu(of(session).cpu)); // who was killed ends when it runs next
    }
    return machine;
  }

  void boot(Machine booted) {
    close();
    machine = booted;
    history = null;
    policies = new TaskPolicy(booted);
    cpu = 0;
  }

  /** What was seen of free pages since there are processes; null: there are none. */
  static @Nullable FreeHistory history(Session session) {
    return of(session).history;
  }

  /** The memory policies of the session's tasks; each machine begins without. */
  static TaskPolicy policies(Session session) {
    TaskPolicy policies = of(session).policies;
    if (policies == null) {
      throw new IllegalStateException("no machine is booted; begin with: boot laptop");
    }
    return policies;
  }

  void cpu(int id) {
    cpu = id;
  }

  /** The CPU of an option {@code cpu=}, or the session's. */
  static Cpu cpu(Session session, Call call) {
    Machine machine = machine(session);
    int last = machine.cpus().size() - 1;
    return machine.cpu(call.number("cpu", of(session).cpu, 0, last));
  }

  /** GFP flags from a word on; blanks around {@code |} do no harm. */
  static int gfp(Session session, Call call, int index) {
    GfpVocabulary vocabulary = GfpVocabulary.of(machine(session).spec().release());
    String text = call.rest(index, "GFP flags such as GFP_KERNEL").replaceAll(" *\\| *", "|");
    if (text.contains(" ")) {
      throw call.refuse(index + 1, "flags are joined by \"|\", such as GFP_KERNEL|__GFP_ZERO");
    }
    return call.read(index, "GFP flags", value -> vocabulary.parse(text));
  }

  /** The order of an option {@code order=}, or 0. */
  static int order(Session session, Call call) {
    int largest = machine(session).spec().maxOrder();
    int order = call.number("order", 0, 0, Integer.MAX_VALUE);
    return call.option(
        "order",
        value -> {
          if (order > largest) {
            throw new IllegalArgumentException(
                "order " + order + " is above the machine's largest order " + largest);
          }
          return order;
        },
        0);
  }

  /** A node, of an option {@code node=}, or something else. */
  static int node(Session session, Call call, int otherwise) {
    return call.number("node", otherwise, 0, machine(session).spec().nodes().size() - 1L);
  }

  /** The zones that options {@code node=} and {@code zone=} leave. */
  static List<Zone> zones(Session session, Call call) {
    List<Zone> populated =
        machine(session).memory().zones().stream().filter(Zone::isPopulated).toList();
    List<String> labels = populated.stream().map(Zone::label).distinct().toList();
    String label =
        call.option(
            "zone",
            value -> {
              if (!labels.contains(value.word())) {
                throw new IllegalArgumentException(noZone(value.word(), labels));
              }
              return value.word();
            },
            "");
    int node = node(session, call, -1);
    List<Zone> zones =
        populated.stream()
            .filter(zone -> label.isEmpty() || zone.label().equals(label))
            .filter(zone -> node < 0 || zone.node().id() == node)
            .toList();
    if (zones.isEmpty()) {
      throw new IllegalArgumentException(
          "node " + node + " has no memory" + (label.isEmpty() ? "" : " in zone " + label));
    }
    return zones;
  }

  private static String noZone(String label, List<String> labels) {
    return "the machine has no memory in a zone \""
        + label
        + "\", only in "
        + String.join(", ", labels)
        + Nearest.hint(label, labels);
  }

  @Override
  public void close() {
    if (machine != null) {
      machine.close();
      machine = null;
    }
  }
}
