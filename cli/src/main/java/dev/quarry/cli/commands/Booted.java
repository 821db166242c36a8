package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.Zone;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine that a session has booted, and the CPU on which its commands run. */
final class Booted implements AutoCloseable {
  private @Nullable Machine machine;
  private int cpu;

  static Booted of(Session session) {
    return session.attached(Booted.class, Booted::new);
  }

  /** The session's machine. */
  static Machine machine(Session session) {
    Machine machine = of(session).machine;
    if (machine == null) {
      throw new IllegalArgumentException("no machine is booted; begin with: boot laptop");
    }
    return machine;
  }

  void boot(Machine booted) {
    close();
    machine = booted;
    cpu = 0;
  }

  void cpu(int id) {
    if (machine != null) {
      cpu = machine.cpu(id).id();
    }
  }

  /** The CPU of an option {@code cpu=}, or the session's. */
  static Cpu cpu(Session session, Call call) {
    return machine(session).cpu(call.number("cpu", of(session).cpu));
  }

  static GfpVocabulary vocabulary(Session session) {
    return GfpVocabulary.of(machine(session).spec().release());
  }

  /** The zones that options {@code node=} and {@code zone=} leave. */
  static List<Zone> zones(Session session, Call call) {
    String label = call.option("zone", "");
    int node = call.number("node", -1);
    List<Zone> zones =
        machine(session).memory().zones().stream()
            .filter(Zone::isPopulated)
            .filter(zone -> label.isEmpty() || zone.label().equals(label))
            .filter(zone -> node < 0 || zone.node().id() == node)
            .toList();
    if (zones.isEmpty()) {
      throw new IllegalArgumentException(
          "the machine has no memory in zone "
              + (label.isEmpty() ? "any" : label)
              + (node < 0 ? "" : " of node " + node));
    }
    return zones;
  }

  @Override
  public void close() {
    if (machine != null) {
      machine.close();
      machine = null;
    }
  }
}
